"""How long a body has to get in touch, and what it must say of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.flow.cases.rules import Refused
from otklik.ground.kit.clock import Unit

if TYPE_CHECKING:
    from datetime import datetime

FRESH = timedelta(days=3)
"""An older rating opens nothing: a journal that is read anew asks nobody to do anything."""


@dataclass(frozen=True)
class Term:
    """What an administrator sets: `low_rating` in the region's settings."""

    amount: int = 2
    unit: str = Unit.WORKING_DAYS.value


def is_fresh(at: datetime, now: datetime) -> bool:
    """Tell whether a rating is recent enough to oblige anybody."""
    return now - at < FRESH


def check_report(asked: str, outcome: str, *, done: bool) -> None:
    """Refuse a report that does not say what was asked and what came of it, or a second one."""
    if done:
        raise Refused("done", "Здесь уже связались с автором", "Somebody has been in touch")
    if not asked.strip() or not outcome.strip():
        raise Refused("no_words", "Напишите и что спросили, и что вышло: это увидит автор",
                      "Say what was asked and what came of it: the author sees it")  # fmt: skip
