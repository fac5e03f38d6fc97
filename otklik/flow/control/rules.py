"""When to warn and whom to tell, as a policy says; how late an answer is too close to its hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from otklik.ground.kit.clock import Unit, WorkingTime, add, before

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

LAST_HOUR = timedelta(hours=1)
RESENT_WITHIN = timedelta(days=30)
HOLDERS: Mapping[str, str] = {
    "moderation": "moderate", "coordination": "assign", "execution": "draft_answer",
    "approval": "approve_answer", "verification": "judge_dispute",
    "refusal": "moderate",
}  # fmt: skip
"""Who holds a case at a stage: those with this permission over it."""
ABOVE: Mapping[str, str] = {"head": "extend", "curator": "judge_dispute"}
"""Who is told past the holder: those with this permission over the case."""
MEASURES = (
    "answered",
    "last_hour",
    "extended",
    "held",
    "saved",
    "resent",
    "returned",
    "unrated",
    "reopened",
    "refusals_checked",
    "refusals_wrong",
)
OF_REFUSALS = ("refusals_checked", "refusals_wrong")
"""Counted by the body of who refused, not by the one that holds the case."""  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step of a policy's escalation at its time."""

    place: int
    level: str
    at: datetime
    late: bool


def steps(
    told: Sequence[Mapping[str, Any]], start: datetime, due: datetime, working: WorkingTime
) -> tuple[Step, ...]:
    """Return the steps in order of time; a warning that would precede the start is left out."""
    found = []
    for place, each in enumerate(told):
        at = _at(each, start, due, working)
        late = at > due
        if at > start:
            found.append(Step(place, str(each["level"]), at, late))
    return tuple(sorted(found, key=lambda step: (step.at, step.place)))


def _at(step: Mapping[str, Any], start: datetime, due: datetime, working: WorkingTime) -> datetime:
    if "share" in step:
        return start + (due - start) * int(step["share"]) / 100
    term = step.get("before") or step["after"]
    amount, unit = int(term["amount"]), Unit(term["unit"])
    if "before" in step:
        return before(due, amount, unit, working)
    return add(due, amount, unit, working)


def duty_permission(level: str) -> str:
    """Return by which permission those are found who hear of a talk owed: its holder is a head."""
    return ABOVE.get(level, ABOVE["head"])


def permission(level: str, stage: str) -> str:
    """Return by which permission an alarm's hearers are found."""
    return ABOVE.get(level) or HOLDERS.get(stage, "assign")


def share(part: int, whole: int) -> int | None:
    """Return a percentage, None of nothing."""
    return round(100 * part / whole) if whole else None
