"""When an author may contest a refusal; which refusals a week's sample holds. Pure."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING

from otklik.flow.cases.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime


def in_time(refused_at: datetime | None, days: int, now: datetime) -> bool:
    """Tell whether a refusal may still be contested."""
    return refused_at is not None and now <= refused_at + timedelta(days=days)


def check_contest(
    text: str, *, contested: bool, refused_at: datetime | None, days: int, now: datetime
) -> None:
    """Refuse an objection without words, a second one, or one that comes too late."""
    if not text.strip():
        raise Refused("empty", "Напишите в нескольких словах, почему отказ неверен",
                      "Say in a few words why the refusal is wrong")  # fmt: skip
    if contested:
        raise Refused("contested_once", "Этот отказ уже проверял другой модератор",
                      "Another moderator has already judged this refusal")  # fmt: skip
    if not in_time(refused_at, days, now):
        raise Refused("too_late", f"Возразить можно было {days} дн. Напишите новое сообщение",
                      f"It could be contested for {days} days. Write a new message")  # fmt: skip


def last_week(today: date) -> date:
    """Return the Monday of the last week that is over."""
    return today - timedelta(days=today.weekday() + 7)


def sample(numbers: Collection[str], share: int, lot: Callable[[str], str]) -> list[str]:
    """Return a share, in percent, of the numbers by their lots: at least one of any.

    The lot is a secret of the installation, the same whenever it is drawn: nobody who refuses can
    know what will be looked at, and nobody who draws can choose.
    """
    count = math.ceil(len(numbers) * share / 100)
    return sorted(numbers, key=lot)[:count]


def check_verdict(reason: str, *, right: bool, checked: bool) -> None:
    """Refuse a second verdict, or one that finds a refusal wrong and does not say why."""
    if checked:
        raise Refused("checked", "Этот отказ уже проверен", "This refusal has been checked")
    if not right and not reason.strip():
        raise Refused("no_reason", "Напишите, почему отказ неверен: это увидит автор",
                      "Say why the refusal is wrong: the author will see it")  # fmt: skip
