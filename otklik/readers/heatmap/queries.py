"""What the map shows: places with their acuity, and why a place is red; `wall.py` has figures.

The shapes of the answers are written down in docs/explanation/heatmap.md.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import h3
import numpy as np
import polars as pl
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import may
from otklik.ground.territories.queries import territories, territory_at
from otklik.ground.topics.queries import topics
from otklik.readers.heatmap import counting, rules, wording
from otklik.readers.heatmap.columns import KEYS, WEIGHTS
from otklik.readers.heatmap.counting import (
    HOUR,
    REASONS,
    Counted,
    HeatFilters,
    Seen,
    count,
    number_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from otklik.ground.accounts.models import Official
    from otklik.ground.topics.models import Topic

__all__ = ["LEVELS", "HeatFilters", "UnknownPlaceError", "snapshot", "snapshot_json", "why"]

MARK_RED = "mark_red"
LEVELS = ("territory", "6", "7", "8", "9")
FIELDS = ("cell", "acuity", "band", "count", "expected", "open", "overdue", "forced", "topic")
CASES, TOPICS = 50, 5


def iso(moment: datetime | int) -> str:
    """Write a moment in UTC to the second."""
    if isinstance(moment, int):
        moment = datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def topic_titles(codes: Iterable[str | None]) -> dict[str, dict[str, str]]:
    """Return the titles of topics by code."""
    known = topics().by_code
    return {
        code: _titles(topic) for code in dict.fromkeys(codes) if code and (topic := known.get(code))
    }


def _titles(topic: Topic) -> dict[str, str]:
    return {"ru": topic.title_ru, "en": topic.title_en or topic.title_ru}


# Places.


def table(seen: Seen, counted: Counted) -> pl.DataFrame:
    """Return the places as the stream and the interface tell them: one column a field."""
    measures = counted.measures
    bands = pl.Series("band", counted.bands.tolist(), dtype=pl.String)
    codes = seen.copy.words.codes("topic")
    topic = [codes.get(n) for n in counted.topics.tolist()]
    return pl.DataFrame(
        {
            "cell": pl.Series(counted.names, dtype=pl.String),
            "acuity": pl.Series(counted.index, dtype=pl.Int64),
            "band": bands,
            "count": measures.observed.astype(np.int64),
            "expected": measures.expected.round(1),
            "open": measures.open.astype(np.int64),
            "overdue": measures.overdue.astype(np.int64),
            "forced": pl.Series([REASONS[n] for n in counted.forced.tolist()], dtype=pl.String),
            "topic": pl.Series(topic, dtype=pl.String),
        }
    ).with_columns(acuity=pl.when(pl.col("band") != rules.SPARSE).then("acuity"))


def visible(places: pl.DataFrame, p: rules.Parameters) -> pl.DataFrame:
    """Return the places that the public may see."""
    return places.filter(pl.col("count") >= p.k_anonymity)


def snapshot(
    filters: HeatFilters, level: str, *, now: datetime, public: bool = True
) -> dict[str, Any]:
    """Return every place of a level with its acuity, as of one position of the journal."""
    head, places = _last_good(filters, level, now, public=public)
    return {**head, "cells": places.to_dicts()}


def snapshot_json(filters: HeatFilters, level: str, *, now: datetime, public: bool = True) -> bytes:
    """Return the same as the bytes of JSON: for maps of many thousand cells."""
    head, places = _last_good(filters, level, now, public=public)
    start = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    return f'{start[:-1]},"cells":{places.write_json()}}}'.encode()


_answers: OrderedDict[tuple[HeatFilters, str, bool], tuple[dict[str, Any], pl.DataFrame]] = (
    OrderedDict()
)
KEPT = 32


def _last_good(
    filters: HeatFilters, level: str, now: datetime, *, public: bool
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Answer anew; while the database is down, as it was answered last, `at` telling when."""
    key = (filters, level, public)
    try:
        answer = _snapshot(filters, level, now, public=public)
    except (OperationalError, InterfaceError):
        known = _answers.get(key)
        if known is None:
            raise
        return known
    _answers[key] = answer
    _answers.move_to_end(key)
    while len(_answers) > KEPT:
        _answers.popitem(last=False)
    return answer


def _snapshot(
    filters: HeatFilters, level: str, now: datetime, *, public: bool
) -> tuple[dict[str, Any], pl.DataFrame]:
    seen = see(filters, now, public=public)
    counted = count(seen, level)
    everything = table(seen, counted)
    places = visible(everything, seen.p) if public else everything
    titles = {}
    per_1000 = pl.Series("per_1000", [None] * places.height, dtype=pl.Float64)
    if level == "territory":
        known = territories()
        people = [known[code].population if code in known else 0 for code in places["cell"]]
        per_1000 = pl.Series(
            "per_1000",
            [round(1000 * n / of, 2) if of else None
             for n, of in zip(places["count"], people, strict=True)],
            dtype=pl.Float64,
        )  # fmt: skip
        titles = {code: {"ru": t.short_ru, "en": t.title_en} for code, t in known.items()}
    head = {
        "as_of": seen.position,
        "at": iso(now),
        "from": iso(seen.window.start),
        "to": iso(seen.window.end),
        "resolution": level,
        "public": public,
        "total": counted.total,
        "placed": counted.placed,
        "hidden": everything.height - places.height,
        "topics": topic_titles(places["topic"]),
        "places": titles,
    }
    return head, places.with_columns(per_1000)


def see(filters: HeatFilters, now: datetime, *, public: bool) -> Seen:
    """Look through filters; the public's window has whole days, or two of them would tell one."""
    if public:
        filters = HeatFilters(
            filters.topics, filters.territories, filters.channels, filters.statuses,
            _day(filters.since), _day(filters.until, end=True),
        )  # fmt: skip
    return counting.see(filters, now)


def _day(moment: datetime | None, *, end: bool = False) -> datetime | None:
    if moment is None:
        return None
    midnight = rules.local_midnight(timezone.localtime(moment))
    return midnight + timedelta(days=1) if end and midnight < moment else midnight


# Why a place has its colour.


class UnknownPlaceError(LookupError):
    """There is no such cell or municipality."""


def level_of(place: str) -> str:
    """Return the level of a place by its name; UnknownPlaceError if there is none."""
    if place in territories():
        return "territory"
    if h3.is_valid_cell(place) and str(h3.get_resolution(place)) in LEVELS:
        return str(h3.get_resolution(place))
    raise UnknownPlaceError(place)


def may_mark(official: Official | None, place: str) -> bool:
    """Tell whether an official may set and lift marks there: a mark speaks for every topic.

    UnknownPlaceError if there is no such place.
    """
    level = level_of(place)
    holder = (
        territories()[place] if level == "territory" else territory_at(*h3.cell_to_latlng(place))
    )
    return official is not None and may(
        powers_of(official), MARK_RED, territory=holder.pk if holder else None
    )


def title(place: str) -> dict[str, str]:
    """Say what a place is called; UnknownPlaceError if there is none."""
    return _title(place, level_of(place))


def why(
    place: str,
    filters: HeatFilters,
    *,
    now: datetime,
    public: bool = True,
    shown: Callable[[list[str]], frozenset[str]] | None = None,
) -> dict[str, Any]:
    """Say why a place has its colour: the parts, the numbers, the cases behind.

    `shown` says which of the cases' numbers the asker may see; without it no case is listed.
    """
    level = level_of(place)
    seen = see(filters, now, public=public)
    counted = count(seen, level)
    answer: dict[str, Any] = {
        "place": place, "level": level, "title": _title(place, level), "as_of": seen.position,
        "at": iso(now), "from": iso(seen.window.start), "to": iso(seen.window.end),
        "acuity": None, "band": rules.SPARSE, "forced": None, "hidden": False, "marks": [],
        "observed": 0, "expected": 0.0, "basis": "own" if counted.own else "region", "parts": [],
        "topics": [], "cases": [], "sentence": {"ru": "Сообщений нет.", "en": "No messages."},
    }  # fmt: skip
    fine = level not in {"territory", "6", "7", "8"}
    if place not in counted.names:
        return answer | {"hidden": public and fine}
    n = counted.names.index(place)
    one = _only(counted.measures, n)
    if public and (fine or bool(rules.hidden(one.observed, seen.p))):
        return answer | {"hidden": True}
    row = table(seen, counted).row(n, named=True)
    here = pl.col(KEYS[level]).is_between(*_keys(counted.numbers[n]))
    named = _topic_counts(seen, here)
    return answer | {
        "acuity": row["acuity"],
        "band": row["band"],
        "forced": row["forced"],
        "marks": _marks(seen, place, row["forced"]),
        "observed": row["count"],
        "expected": row["expected"],
        "parts": _parts(one, counted.p),
        "sentence": wording.sentence(one, days=seen.window.days, topic=named[0] if named else None),
        "topics": named,
        "cases": _listed(_cases(seen, here), shown) if shown else [],
    }


def _keys(number: int) -> tuple[int, int]:
    first = int(number) * WEIGHTS
    return first, first + WEIGHTS - 1


def _only(m: rules.Measures, n: int) -> rules.Measures:
    return rules.Measures(
        *(
            np.asarray(getattr(m, name)[n])
            for name in
            ("observed", "expected", "severity", "open", "overdue", "rated", "low", "joined")
        )
    )  # fmt: skip


def _parts(one: rules.Measures, p: rules.Parameters) -> list[dict[str, Any]]:
    parts, explained = rules.parts(one, p), wording.explain(one, p)
    return [
        {
            "code": code,
            **wording.PART_TITLES[code],
            "value": round(float(getattr(parts, code)), 3),
            "weight": weight,
            "points": round(100 * weight * float(getattr(parts, code)), 1),
            "explain": explained[code],
        }
        for code, weight in p.weights.items()
    ]


def _title(place: str, level: str) -> dict[str, str]:
    if level == "territory":
        territory = territories()[place]
        return {"ru": territory.short_ru, "en": territory.title_en}
    holder = territory_at(*h3.cell_to_latlng(place))
    if holder is None:
        return {"ru": "Участок карты", "en": "A place on the map"}
    return {"ru": f"{holder.short_ru}, участок", "en": f"{holder.title_en}, a part"}


def _marks(seen: Seen, place: str, forced: str | None) -> list[dict[str, Any]]:
    found = [
        {
            "reason": mark.reason, "since": iso(mark.since),
            "until": iso(mark.until) if mark.until else None, "note": mark.note,
            **rules.REASONS[mark.reason],
        }
        for mark in counting.marks(seen.now)
        if mark.place == place
    ]  # fmt: skip
    if forced and all(mark["reason"] != forced for mark in found):
        unknown = {"reason": forced, "since": None, "until": None, "note": ""}
        found.append({**unknown, **rules.REASONS[forced]})
    return found


def _topic_counts(seen: Seen, here: pl.Expr) -> list[dict[str, Any]]:
    asked = here if seen.condition is None else here & seen.condition
    lines = seen.side.rows(seen.window, condition=asked, columns=["topic"])
    most = (
        lines.filter(pl.col("topic") > 0)
        .group_by("topic").len().sort(["len", "topic"], descending=[True, False]).head(TOPICS)
    )  # fmt: skip
    codes = seen.copy.words.codes("topic")
    counted = [(codes.get(n, ""), number) for n, number in most.iter_rows()]
    titles = topic_titles(code for code, _ in counted)
    return [
        {"code": code, **titles.get(code, {"ru": code, "en": code}), "count": number}
        for code, number in counted
    ]


def _listed(
    cases: list[dict[str, Any]], shown: Callable[[list[str]], frozenset[str]]
) -> list[dict[str, Any]]:
    visible = shown([case["number"] for case in cases])
    return [case for case in cases if case["number"] in visible]


def _cases(seen: Seen, here: pl.Expr) -> list[dict[str, Any]]:
    """The cases behind, the worst first."""
    asked = here if seen.condition is None else here & seen.condition
    is_open = pl.col("closed_at") == 0
    words = seen.copy.words
    always = rules.Span(0, seen.window.end)
    recent = seen.side.rows(seen.window, condition=asked)
    standing = seen.side.rows(always, condition=asked, part="open")
    worst = (
        pl.concat([recent, standing])
        .unique("report")
        .with_columns(is_open=is_open, late=seen.late)
        .sort(["late", "is_open", "urgent", "severity", "received_at", "report"], descending=True)
        .head(CASES)
    )
    known = words.codes("topic")
    titles = topic_titles(known.get(n) for n in worst["topic"])
    states = words.codes("status")
    return [
        _case(line, known.get(line["topic"], ""), states, titles, seen.seconds)
        for line in worst.iter_rows(named=True)
    ]


PARTS = ("count", "open", "overdue")
"""The figures of a place that a list stands behind."""


@dataclass(frozen=True)
class Behind:
    """The messages that a figure of a place counts, the newest first."""

    seen: Seen
    lines: pl.DataFrame

    @property
    def numbers(self) -> list[str]:
        """The numbers of all of them."""
        return [f"{number:08d}" for number in self.lines["number"].to_list()]

    def shown(self, numbers: Sequence[str]) -> list[dict[str, Any]]:
        """Return some of them as a list shows them, in the same order."""
        words, asked = self.seen.copy.words, [int(number) for number in numbers]
        page = self.lines.filter(pl.col("number").is_in(asked)).with_columns(
            is_open=pl.col("closed_at") == 0, late=self.seen.late
        )
        known, states = words.codes("topic"), words.codes("status")
        titles = topic_titles(known.get(n) for n in page["topic"].unique())
        return [
            _case(line, known.get(line["topic"], ""), states, titles, self.seen.seconds)
            for line in page.iter_rows(named=True)
        ]


def behind(place: str, filters: HeatFilters, part: str, *, now: datetime) -> Behind:
    """Return what a figure of a place counts, for officials.

    UnknownPlaceError if there is no such place.
    """
    level = level_of(place)
    seen = see(filters, now, public=False)
    first, last = _keys(number_of(seen.copy, level, place))
    asked = pl.col(KEYS[level]).is_between(first, last)
    for more in (seen.condition, seen.late if part == "overdue" else None):
        asked = asked if more is None else asked & more
    lines = (
        seen.side.rows(seen.window, condition=asked)
        if part == "count"
        else seen.side.rows(rules.Span(0, seen.window.end), condition=asked, part="open")
    )
    return Behind(seen, lines.reverse())


def _case(
    line: dict[str, Any], topic: str, states: dict[int, str],
    titles: dict[str, dict[str, str]], now: int,
) -> dict[str, Any]:  # fmt: skip
    number = f"{line['number']:08d}"
    return {
        "number": number,
        "spoken": f"{number[:4]}-{number[4:]}",
        "topic": topic,
        **titles.get(topic, {"ru": "Тема не определена", "en": "No topic yet"}),
        "status": states.get(line["status"], ""),
        "received": iso(line["received_at"]),
        "due": iso(line["due"]) if line["due"] else None,
        "age_hours": round((now - line["received_at"]) / HOUR, 1),
        "open": line["is_open"],
        "overdue": line["late"],
        "urgent": line["urgent"],
        "severity": line["severity"],
        "people": 1 + line["supports"],
    }
