"""Run every follower of the journal and every job, until told to stop."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import TYPE_CHECKING, Any, cast

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app

from otklik.journal.following import run_followers

if TYPE_CHECKING:
    from argparse import ArgumentParser

QUEUES = ["timers", "notices", "images", "default"]


class Command(BaseCommand):
    help = "Followers of the journal, jobs and timers, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--followers-only", action="store_true")
        parser.add_argument("--concurrency", type=int, default=4)

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = threading.Event()
        followers = threading.Thread(target=run_followers, args=(stop,), name="followers")
        followers.start()
        try:
            if options["followers_only"]:
                signal.signal(signal.SIGTERM, lambda *_: stop.set())
                stop.wait()
            else:
                asyncio.run(self.jobs(options["concurrency"]))
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()
            followers.join(10)

    async def jobs(self, concurrency: int) -> None:
        """Run jobs until SIGTERM or SIGINT, which the worker itself hears."""
        worker_app = app.with_connector(cast("Any", app.connector).get_worker_connector())
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                concurrency=concurrency,
                delete_jobs="successful",
                shutdown_graceful_timeout=5,
                fetch_job_polling_interval=1,
            )
