"""The demo region: `demo seed`, `demo day`, `demo storm`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from otklik.demo import accounts, seeding
from otklik.demo.appealing import write_appeals
from otklik.demo.declared import declare
from otklik.demo.discussing import discuss
from otklik.demo.hotline import connect
from otklik.demo.leading import lead
from otklik.demo.opining import opine
from otklik.demo.outcomes import decide
from otklik.demo.petitioning import petition
from otklik.demo.proposing import grow, propose
from otklik.demo.reception import hold
from otklik.demo.surveying import survey
from otklik.demo.voting import vote
from otklik.flow.intake.models import Report
from otklik.ground.territories.queries import region
from otklik.journal.following import begin_at_head

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import datetime

PROCESSES = 2


class Command(BaseCommand):
    help = "The demo region: seed sixty days; live a usual day or a storm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        seed = actions.add_parser("seed", help="sixty days, once")
        seed.add_argument("--count", type=int, default=2400)
        seed.add_argument("--days", type=int, default=60)
        seed.add_argument("--part", type=int, default=None)
        day = actions.add_parser("day", help="a usual day, live")
        day.add_argument("--count", type=int, default=100)
        day.add_argument("--minutes", type=float, default=30)
        storm = actions.add_parser("storm", help="a heat outage in one district, live")
        storm.add_argument("--count", type=int, default=500)
        storm.add_argument("--minutes", type=float, default=4)

    def handle(self, *_args: Any, **options: Any) -> None:
        getattr(self, options["action"])(options)

    def seed(self, options: dict[str, Any]) -> None:
        """Settle the accounts and, in an empty region, live through the days in processes."""
        seeding.hurry()
        now, part = timezone.localtime(), options["part"]
        if part is not None:
            if part < PROCESSES:
                seeding.seed(options["count"] // PROCESSES, options["days"], now, 35 + part)
            else:
                self._apart(now)
            return
        accounts.settle(region())
        if Report.objects.filter(region=region()).exists():
            self.stdout.write("  the demo region lives already")
            return
        seeding.everybody()
        failed = self._in_parts([f"--count={options['count']}", f"--days={options['days']}"])
        self.stdout.write(f"  {Report.objects.count()} messages")
        if not failed:  # each part has decided about its messages: who writes now waits for none
            begin_at_head("triage")
        declare(timezone.localtime())
        lead(timezone.localtime())
        grow(timezone.localtime())
        if failed:
            sys.exit(1)

    def _in_parts(self, arguments: list[str]) -> bool:
        """Live through the days in two processes, and in a third what needs none of their cases."""
        parts = [
            subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "config.cli", "demo", "seed", *arguments, f"--part={part}"],
                env={**os.environ, "TRIAGE_EMBEDDINGS": "none"},
            )
            for part in range(PROCESSES + 1)
        ]
        try:
            return any(part.wait() for part in parts)
        finally:  # told to stop: leave no part behind
            for part in parts:
                part.terminate()

    def _apart(self, now: datetime) -> None:
        connect(now)
        hold(now)
        vote(now)
        survey(now)
        discuss(now)
        opine(now)
        petition(now)
        decide(now)
        propose(now)
        write_appeals(now)

    def day(self, options: dict[str, Any]) -> None:
        """Write usual messages at the present, spread over some minutes."""
        made_of = seeding.world(int(time.time()))
        for _ in range(options["count"]):
            seeding.write(made_of, timezone.now(), live=True)
            time.sleep(options["minutes"] * 60 / options["count"])

    def storm(self, options: dict[str, Any]) -> None:
        """Write the storm's messages at the present."""
        for made_of, fact, around in seeding.storm(options["count"], timezone.now()):
            seeding.write(made_of, timezone.now(), fact, around, live=True)
            time.sleep(options["minutes"] * 60 / options["count"])
