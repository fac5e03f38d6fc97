"""What becomes due for emergencies as time passes; each may run twice without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.emergencies import commands, queries

if TYPE_CHECKING:
    from datetime import datetime

AT_ONCE = 2000


def run(now: datetime) -> None:
    """End what has run out, let go of what it held, hold what waits."""
    for key in queries.run_out(now):
        commands.end_emergency(key, now=now)
    for number, ended in queries.outlived(AT_ONCE):
        commands.follow_case(number, at=ended, now=now)
    for emergency in queries.on_at(now):
        for number in queries.waiting(emergency, AT_ONCE):
            commands.follow_case(number, at=now, now=now)
