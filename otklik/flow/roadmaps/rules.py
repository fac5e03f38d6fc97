"""What a roadmap must say, and the effect that it had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from otklik.flow.cases.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

WEEK = timedelta(days=7)
RECENT = 4
"""So many last whole weeks tell how it is now."""
TARGETS = range(1, 101)


def check(title: str, cause: str, since: date, until: date, target: int) -> None:
    """Refuse a roadmap without a cause, a baseline or a goal that can be reached."""
    if not title.strip():
        raise Refused("no_title", "Назовите дорожную карту", "Name the roadmap")
    if not cause.strip():
        raise Refused(
            "no_cause", "Напишите причину: почему жалобы повторяются", "Say why it keeps coming"
        )
    if until - since < WEEK:
        raise Refused(
            "baseline", "Сравнивать надо хотя бы с одной неделей", "Compare with a week at least"
        )
    if target not in TARGETS:
        raise Refused(
            "target",
            "Цель — снижение от 1 до 100 процентов",
            "The goal is a fall of 1–100 per cent",
        )


def check_measure(what: str, due: date | None) -> None:
    """Refuse a measure that says nothing or has no date."""
    if not what.strip():
        raise Refused("no_measure", "Напишите, что сделать", "Say what to do")
    if due is None:
        raise Refused("no_due", "Укажите срок", "Give a date")


@dataclass(frozen=True)
class Effect:
    """Messages a week before and now, and the fall in per cent; None while it cannot be told."""

    before: float
    now: float | None
    fall: float | None
    weeks: tuple[tuple[date, int], ...]
    reached: bool = False


def effect(
    counts: Sequence[tuple[date, int]], since: date, until: date, today: date, target: int
) -> Effect:
    """Return the effect: the mean week of the baseline against the last whole weeks after it.

    `counts` are messages by the Monday of their week; weeks without any may be missing.
    """
    known = dict(counts)
    first, last = monday(since), monday(today)
    days = [first + n * WEEK for n in range((last - first).days // 7 + 1)]
    weeks = tuple((day, known.get(day, 0)) for day in days)
    baseline = [count for day, count in weeks if since <= day and day + WEEK <= until + WEEK / 7]
    before = sum(baseline) / len(baseline) if baseline else 0.0
    after = [count for day, count in weeks if day > until and day + WEEK <= today][-RECENT:]
    if not after or not before:
        return Effect(round(before, 1), None, None, weeks)
    now = sum(after) / len(after)
    fall = round(100 * (before - now) / before, 1)
    return Effect(round(before, 1), round(now, 1), fall, weeks, fall >= target)


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
