"""What a week of working hours must look like."""

from __future__ import annotations

from datetime import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

if TYPE_CHECKING:
    from collections.abc import Mapping

WEEKDAYS = ("1", "2", "3", "4", "5", "6", "7")
MIDNIGHT = time(0, 0)
DAY_MINUTES = 24 * 60


def week_problem(week: Mapping[str, Any]) -> str:
    """Tell what is wrong with a week of spans; empty if nothing is."""
    for day, spans in week.items():
        if day not in WEEKDAYS:
            return f"нет дня «{day}»: дни недели — от 1 (понедельник) до 7"
        problem = _day_problem(spans)
        if problem:
            return f"день {day}: {problem}"
    return "" if any(week.values()) else "нет ни одного рабочего часа"


def _day_problem(spans: object) -> str:
    shape = "нужен список вида [[«09:00», «13:00»], [«14:00», «18:00»]]"
    if not isinstance(spans, list):
        return shape
    minutes: list[int] = []
    for span in spans:
        if not isinstance(span, list) or len(span) != 2:  # noqa: PLR2004  (from, to)
            return shape
        try:
            start, end = (time.fromisoformat(str(moment)) for moment in span)
        except ValueError:
            return f"«{span[0]} – {span[1]}» — не время"
        last = DAY_MINUTES if end == MIDNIGHT else end.hour * 60 + end.minute
        minutes += [start.hour * 60 + start.minute, last]
    if any(first > second for first, second in pairwise(minutes)):
        return "часы идут не по порядку"
    return ""


def zone_problem(zone: object) -> str:
    """Tell whether a time zone is unknown; empty is the region's own."""
    known = zone == "" or zone in available_timezones()
    return "" if known else f"нет часового пояса «{zone}»; например Asia/Yekaterinburg"


def short_problem(minutes: object) -> str:
    """Tell what is wrong with how much shorter a short day is."""
    known = isinstance(minutes, int) and 0 <= minutes < DAY_MINUTES
    return "" if known else f"сокращённый день короче на минуты, а не на «{minutes}»"
