"""What becomes due for control as time passes; it may run twice without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.control import commands, queries

if TYPE_CHECKING:
    from datetime import datetime

AT_ONCE = 1000


def run(now: datetime) -> dict[str, int]:
    """Warn of what comes due and tell upwards of what was missed."""
    raised = sum(
        commands.raise_alarms(number, now=now) for number in queries.to_raise(now, AT_ONCE)
    )
    return {"raised": raised, "forgotten": commands.forget_presses(now=now)}
