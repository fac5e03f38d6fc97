"""Look at the journal and help its followers: `otklik journal tail|lag|skip|rebuild`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otklik.journal import following, reading
from otklik.journal.commands import NotStoppedError, skip_entry

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from otklik.journal.reading import Entry


class Command(BaseCommand):
    help = "Look at the journal and help its followers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        tail = verbs.add_parser("tail", help="show the last entries")
        tail.add_argument("number", type=int, nargs="?", default=20)
        tail.add_argument("-f", "--follow", action="store_true", help="go on with new ones")
        verbs.add_parser("lag", help="show how far each follower has read, and who stopped")
        skip = verbs.add_parser("skip", help="let a stopped follower step over its entry")
        skip.add_argument("name")
        skip.add_argument("--by", default="system", help="who decided it, as official:ID")
        rebuild = verbs.add_parser("rebuild", help="empty a projection and read all again")
        rebuild.add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        verb = {"tail": self.tail, "lag": self.lag, "skip": self.skip, "rebuild": self.rebuild}
        try:
            verb[options["verb"]](options)
        except KeyError as unknown:
            known = ", ".join(sorted(following.followers))
            raise CommandError(f"no follower {unknown}; there are: {known}") from unknown
        except KeyboardInterrupt:
            pass

    def tail(self, options: dict[str, Any]) -> None:
        position = max(reading.head() - options["number"], 0)
        while True:
            for entry in reading.after(position):
                self.stdout.write(self.line(entry))
                position = entry.position or position
            last = reading.head()
            if position == last:
                if not options["follow"]:
                    return
                time.sleep(following.POLL_IDLE)

    def line(self, entry: Entry) -> str:
        at = timezone.localtime(entry.at).isoformat(timespec="seconds")
        said = entry.fact.sentence("ru")
        return f"{entry.position} {at} {entry.kind} {entry.subject} {entry.actor}: {said}"

    def lag(self, _options: dict[str, Any]) -> None:
        for name, state in following.lag().items():
            stopped = self.style.ERROR(f"  stopped: {state['stopped']}") if state["stopped"] else ""
            self.stdout.write(f"{name:20} {state['position']:>12} -{state['lag']}{stopped}")

    def skip(self, options: dict[str, Any]) -> None:
        try:
            entry = skip_entry(options["name"], by=options["by"], now=timezone.now())
        except NotStoppedError as error:
            raise CommandError(f"{error} has not stopped: there is nothing to skip") from error
        self.stdout.write(f"{options['name']} goes on after {self.line(entry)}")

    def rebuild(self, options: dict[str, Any]) -> None:
        try:
            total = following.rebuild(options["name"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['name']}: {total} entries read")
