"""How numbers are shown: with the cases behind them, their change, and small charts in SVG."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import label, topics
from otklik.readers.statistics import rules
from otklik.readers.statistics.queries import UNKNOWN, Filters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from otklik.readers.statistics.rules import Measure, Value

CUTS = ("territory", "topic", "channel", "organisation", "body")
UNITS = {"share": " %", "days": " сут", "stars": "", "times": "", "cases": ""}
MINUS = "−"
FIRST_YEAR, LAST_YEAR = 2000, 2100


def number(value: float | None, digits: int = 1) -> str:
    """Write a number as Russians do."""
    if value is None:
        return "—"
    written = f"{value:,.{digits}f}".removesuffix("." + "0" * digits) if digits else f"{value:,.0f}"
    return written.replace(",", "\u00a0").replace(".", ",").replace("-", MINUS)


@dataclass(frozen=True)
class Figure:
    """One number for a page, a sheet or a paper, with the addresses of the lists behind it.

    `counted`: the number is how many cases there are, and not a share, a median or a mean.
    """

    text: str
    number: float | int | None
    part: int | None = None
    whole: int | None = None
    part_url: str = ""
    whole_url: str = ""
    few: bool = False
    tone: str = ""
    counted: bool = False
    is_number: bool = True


def figure(measure: Measure, value: Value, filters: Filters, now: datetime) -> Figure:
    """Show a measure's value with the lists behind it."""
    if measure.unit == "cases":
        text = number(value.number, 0)
    else:
        text = number(value.number) + (UNITS[measure.unit] if value.number is not None else "")
    return Figure(
        text, value.number, value.part, value.whole,
        address(measure, "part", filters, now) if value.part is not None else "",
        address(measure, "whole", filters, now),
        value.few and measure.unit != "cases",
        counted=measure.unit == "cases",
    )  # fmt: skip


def changed(measure: Measure, value: Value, before: Value) -> Figure:
    """Show by how much it changed, and whether for the better."""
    found = rules.change(measure, value, before)
    if found is None:
        return Figure("", None)
    sign = "+" if found > 0 else ""
    unit = {"cases": " %", "share": " п.п."}.get(measure.unit, UNITS[measure.unit])
    good = found * measure.better
    tone = "good" if good > 0 else "acute" if good < 0 else ""
    return Figure(f"{sign}{number(found)}{unit}", found, tone=tone)


def address(measure: Measure, part: str, filters: Filters, now: datetime) -> str:
    """Return where the list behind a number is."""
    query = {"measure": measure.code, "part": part, **query_of(filters), "at": now.isoformat()}
    return f"{reverse('desk:statistics_list')}?{urlencode(query)}"


def query_of(filters: Filters) -> dict[str, str]:
    """Return filters as an address says them."""
    told = {name: getattr(filters, name) for name in CUTS if getattr(filters, name)}
    if filters.since:
        told["since"] = timezone.localtime(filters.since).date().isoformat()
    if filters.until:
        last = timezone.localtime(filters.until - timedelta(seconds=1))
        told["until"] = last.date().isoformat()
    return told


def filters_of(data: QueryDict, since: datetime | None, until: datetime | None) -> Filters:
    """Read filters from an address; `until` is the last day of the period."""
    last = midnight(data.get("until", ""))
    return Filters(
        since=midnight(data.get("since", "")) or since,
        until=last + timedelta(days=1) if last else until,
        **{name: data.get(name, "") for name in CUTS},
    )


def midnight(text: str) -> datetime | None:
    """Return when a written day begins here; None for what is no day."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001


def moment_of(data: QueryDict, now: datetime) -> datetime:
    """Return the moment at which a page was made, so that its lists are as of then."""
    try:
        found = parse_datetime(data.get("at", ""))
    except ValueError:
        return now
    return found if found and found.tzinfo and found <= now else now


def title_of(by: str, key: str) -> str:
    """Say what a part of a cut is called."""
    if key == UNKNOWN:
        return {"territory": "Место неизвестно", "organisation": "Ещё не назначено"}.get(
            by, "Не определено"
        )
    if by == "territory":
        known = territories().get(key)
        return known.short_ru if known else key
    if by == "organisation":
        body = organisations().get(key)
        return body.short_ru if body else key
    if by in {"topic", "category"}:
        topic = topics().by_code.get(key)
        return topic.title_ru if topic else key
    if by == "week":
        begins = midnight(key)
        return f"{begins:%d.%m} – {begins + timedelta(days=6):%d.%m}" if begins else key
    return label("channels", key)


def narrowed(filters: Filters, by: str, key: str) -> Filters:
    """Return the filters of one part of a cut."""
    from dataclasses import replace  # noqa: PLC0415

    if by == "week":
        begins = midnight(key)
        assert begins is not None
        ends = begins + timedelta(days=7)
        return replace(
            filters,
            since=max(begins, filters.since) if filters.since else begins,
            until=min(ends, filters.until) if filters.until else ends,
        )
    name = {"category": "topic", "organisation": "body"}.get(by, by)
    narrow: dict[str, Any] = {name: key}
    return replace(filters, **narrow)


# Charts.

WIDTH, HEIGHT, FOOT = 720, 200, 36


@dataclass(frozen=True)
class Bar:
    """One bar of a chart, in units of the drawing."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float
    middle: float
    tone: str = ""
    shown: bool = True


@dataclass(frozen=True)
class Chart:
    """Bars with a scale and dated marks; the same is told by a table beside."""

    bars: list[Bar]
    most: int
    marks: list[dict[str, Any]] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = HEIGHT - FOOT


def bars(
    values: Sequence[tuple[str, int]],
    marks: Sequence[tuple[float, str]] = (),
    tones: Mapping[int, str] | None = None,
) -> Chart:
    """Draw a count for each step; `marks` stand at a place counted in steps."""
    most = max([value for _, value in values] or [0])
    step = WIDTH / max(len(values), 1)
    room = HEIGHT - FOOT - 20
    every = max(1, -(-len(values) // 12))
    drawn = []
    for n, (name, value) in enumerate(values):
        height = room * value / most if most else 0
        drawn.append(
            Bar(name, value, round(n * step + step * 0.12, 1), round(HEIGHT - FOOT - height, 1),
                round(step * 0.76, 1), round(height, 1), round(n * step + step / 2, 1),
                (tones or {}).get(n, ""), n % every == 0)
        )  # fmt: skip
    stood = [{"x": round(place * step, 1), "title": title, "n": n + 1}
             for n, (place, title) in enumerate(marks)]  # fmt: skip
    return Chart(drawn, most, stood)
