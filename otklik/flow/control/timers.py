"""What becomes due for control as time passes; it may run twice without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.control import commands, queries

if TYPE_CHECKING:
    from datetime import datetime

AT_ONCE = 1000


def run(now: datetime) -> dict[str, int]:
    """Warn of what comes due, tell upwards of what was missed, go on by the ordinary terms."""
    late = queries.to_fall_back(now, AT_ONCE)
    fallen = sum(commands.fall_back(number, now=now) for number in late)
    raised = sum(
        commands.raise_alarms(number, now=now) for number in queries.to_raise(now, AT_ONCE)
    )
    raised += sum(
        commands.raise_duty_alarms(duty, now=now) for duty in queries.duties_to_raise(now, AT_ONCE)
    )
    return {"fallen": fallen, "raised": raised, "forgotten": commands.forget_presses(now=now)}
