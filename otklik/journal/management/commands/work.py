"""Run every follower of the journal and every job, until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from typing import TYPE_CHECKING, Any, cast

from django.core.management.base import BaseCommand
from django.db import connection
from procrastinate.contrib.django import app

from otklik.journal.following import discover, followers, run_followers

if TYPE_CHECKING:
    from argparse import ArgumentParser

logger = logging.getLogger(__name__)
AGAIN = 1.0  # seconds before a worker that ended by itself is followed by another
SPARE = 10
"""Connections besides: who looks at the journal, and threads of jobs that have just ended."""


class Command(BaseCommand):
    help = "Followers of the journal, jobs and timers, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--followers-only", action="store_true")
        parser.add_argument("--concurrency", type=int, default=4)

    def handle(self, *_args: Any, **options: Any) -> None:
        make_room(options["concurrency"])
        stop = threading.Event()
        following = threading.Thread(target=run_followers, args=(stop,), name="followers")
        following.start()
        try:
            if options["followers_only"]:
                signal.signal(signal.SIGTERM, lambda *_: stop.set())
                stop.wait()
            else:
                asyncio.run(run_jobs(options["concurrency"]))
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()
            following.join(10)


def make_room(concurrency: int) -> None:
    """Widen the pool, before its first use, to a connection for each thread of this process.

    A follower keeps its own as long as it runs: in a pool of fewer the last of them and every job
    would wait for ever.
    """
    discover()
    pool = connection.settings_dict["OPTIONS"]["pool"]
    pool["max_size"] = max(pool["max_size"], len(followers) + concurrency + SPARE)


async def run_jobs(concurrency: int) -> None:
    """Run jobs until SIGTERM or SIGINT, through restarts of the database.

    procrastinate's worker ends by itself when it cannot tell the database that it lives.
    """
    told = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    stopping = asyncio.create_task(told.wait())
    while not told.is_set():
        working = asyncio.create_task(worker(concurrency))
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        working.cancel()  # it lets its jobs end
        (error,) = await asyncio.gather(working, return_exceptions=True)
        if not told.is_set():
            logger.error("the worker of jobs ended; another begins", exc_info=error)
            await asyncio.wait({stopping}, timeout=AGAIN)


async def worker(concurrency: int) -> None:
    """Run jobs until cancelled, or until the database is lost."""
    worker_app = app.with_connector(cast("Any", app.connector).get_worker_connector())
    async with worker_app.open_async():
        await worker_app.run_worker_async(
            concurrency=concurrency,
            delete_jobs="successful",
            shutdown_graceful_timeout=5,
            fetch_job_polling_interval=1,
            install_signal_handlers=False,
        )
