"""When an author may contest a refusal. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.flow.cases.rules import Refused

if TYPE_CHECKING:
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
