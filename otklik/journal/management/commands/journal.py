"""Look into the journal: its tail, its readers' lag; skip a stuck fact; rebuild a projection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from otklik.journal import reading
from otklik.journal.following import chosen, lag, rebuild
from otklik.journal.models import Cursor

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "journal tail [N] | lag | skip NAME | rebuild NAME"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        tail = actions.add_parser("tail", help="the last facts")
        tail.add_argument("count", type=int, nargs="?", default=20)
        actions.add_parser("lag", help="how far each follower is behind")
        for name in ("skip", "rebuild"):
            actions.add_parser(name).add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        getattr(self, options["action"])(
            **{k: options[k] for k in ("count", "name") if k in options}
        )

    def tail(self, count: int) -> None:
        """Print the last facts."""
        for entry in reading.after(max(0, reading.head() - count), count):
            said = entry.fact.sentence()
            self.stdout.write(f"{entry.position} {entry.at:%F %T} {entry.subject} {said}")

    def lag(self) -> None:
        """Print each follower's place."""
        for name, state in lag().items():
            stopped = f"  STOPPED: {state['stopped']}" if state["stopped"] else ""
            self.stdout.write(f"{name}: {state['position']}, {state['lag']} behind{stopped}")

    def skip(self, name: str) -> None:
        """Pass over exactly the fact that a follower is stuck on; a human's decision."""
        chosen([name])
        cursor = Cursor.objects.get(name=name)
        stuck = reading.after(cursor.position, 1)
        if not stuck or not cursor.stopped_reason:
            raise CommandError(f"{name} is not stuck")
        moved = Cursor.objects.filter(name=name, position=cursor.position)
        moved.update(position=stuck[0].position, stopped_reason="")
        self.stdout.write(f"{name}: skipped {stuck[0].position} {stuck[0].kind}")

    def rebuild(self, name: str) -> None:
        """Empty a projection and read the whole journal into it again."""
        try:
            self.stdout.write(f"{name}: {rebuild(name)} facts")
        except (KeyError, ValueError) as error:
            raise CommandError(str(error)) from error
