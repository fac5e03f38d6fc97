"""What the map shows: places with their acuity, why a place is red, the wall's figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import h3
import numpy as np
import polars as pl

from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.queries import topics
from otklik.readers.heatmap import rules, wording
from otklik.readers.heatmap.memory import memory
from otklik.readers.heatmap.models import HeatMark

if TYPE_CHECKING:
    from collections.abc import Callable

    from otklik.readers.heatmap.folding import Words

LEVELS = ("territory", "6", "7", "8", "9")
CASES = 50
HOUR = 3600


@dataclass(frozen=True)
class HeatFilters:
    """Which messages count; empty fields narrow nothing. Times are aware."""

    topics: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class View:
    """The rows of one moment, narrowed, with the window asked for."""

    frame: pl.DataFrame
    words: Words
    position: int
    now: datetime
    window: rules.Span
    parameters: rules.Parameters

    @property
    def seconds(self) -> int:
        """The present as whole seconds."""
        return int(self.now.timestamp())


def view(filters: HeatFilters, now: datetime) -> View:
    """Return the rows that the filters leave, and the window."""
    frame, words, position = memory.refresh()
    p = rules.parameters(region().settings.get("heat"))
    until = filters.until or now
    since = filters.since or until - timedelta(days=p.window_days)
    window = rules.Span(int(since.timestamp()), max(int(until.timestamp()), int(since.timestamp())))
    uncounted = [n for code in rules.UNCOUNTED if (n := words.find("status", code))]
    keep = ~pl.col("status").is_in(uncounted) & ~pl.col("topic").is_in(_closed_topics(words))
    for kind, codes in (
        ("topic", _facts_under(filters.topics)),
        ("territory", filters.territories),
        ("channel", filters.channels),
    ):
        if codes:
            numbers = [n for code in codes if (n := words.find(kind, code))]
            keep &= pl.col(kind).is_in(numbers)
    for status in filters.statuses[:1]:
        keep &= _status(status, words, int(now.timestamp()))
    return View(frame.filter(keep), words, position, now, window, p)


def _closed_topics(words: Words) -> list[int]:
    """Return the topics of the closed contour: no map, count or list shows what is under them."""
    closed = (topic.code for topic in topics().by_code.values() if topic.closed)
    return [number for code in closed if (number := words.find("topic", code))]


def _facts_under(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return codes with all beneath them: the rows know facts alone."""
    tree = topics()
    found: list[str] = []
    for code in codes:
        topic = tree.by_code.get(code)
        found += [tree.by_id[key].code for key in tree.under(topic)] if topic else [code]
    return tuple(found)


def _status(status: str, words: Words, now: int) -> pl.Expr:
    def among(codes: frozenset[str]) -> pl.Expr:
        return pl.col("status").is_in([n for c in codes if (n := words.find("status", c))])

    match status:
        case "open":
            return ~among(rules.DONE)
        case "overdue":
            return ~among(rules.DONE) & (pl.col("due") > 0) & (pl.col("due") < now)
        case "answered":
            return among(rules.ANSWERED)
        case "solved":
            return among(rules.SOLVED)
        case _:
            return among(frozenset({status}))


@dataclass(frozen=True)
class Counted:
    """Places of one level with what was counted in each, in the same order."""

    keys: list[int]
    names: list[str]
    measures: rules.Measures
    topics: list[int]
    forced: list[str | None]
    placed: int

    def index(self, p: rules.Parameters) -> Any:
        """Return the acuity of each place before rounding."""
        return rules.acuity(rules.parts(self.measures, p), p)


def count(seen: View, level: str) -> Counted:
    """Count every place of a level at once."""
    key = "territory" if level == "territory" else f"r{level}"
    frame = seen.frame.filter(pl.col(key) != 0)
    done = [n for code in rules.DONE if (n := seen.words.find("status", code))]
    is_open = ~pl.col("status").is_in(done)
    late = is_open & (pl.col("due") > 0) & (pl.col("due") < seen.seconds)
    inside = frame.filter(pl.col("received_at").is_between(seen.window.start, seen.window.end))
    rated_from = seen.seconds - seen.parameters.rating_days * 24 * HOUR
    places = (
        inside.group_by(key)
        .agg(
            pl.len().alias("observed"),
            pl.col("severity").filter(pl.col("severity") > 0).mean().fill_null(0).alias("severity"),
            pl.col("supports").sum().alias("joined"),
            pl.col("topic").filter(pl.col("topic") > 0).mode().min().fill_null(0).alias("topic"),
        )
        .join(
            frame.group_by(key).agg(
                is_open.sum().alias("open"),
                late.sum().alias("overdue"),
                (late & pl.col("urgent")).sum().alias("urgent"),
                pl.col("ratings").filter(pl.col("rated_at") >= rated_from).sum().alias("ratings"),
                pl.col("low").filter(pl.col("rated_at") >= rated_from).sum().alias("low"),
                pl.col("disputes").sum().alias("disputes"),
            ),
            on=key,
            how="full",
            coalesce=True,
        )
        .fill_null(0)
        .filter((pl.col("observed") > 0) | (pl.col("overdue") > 0))
        .sort(key)
    )
    keys = places[key].to_list()
    names = [_name(level, each, seen.words) for each in keys]

    def floats(column: str) -> Any:
        return places[column].to_numpy().astype(np.float64)

    measures = rules.Measures(
        observed=floats("observed"),
        expected=_expected(seen, frame, key, keys, names),
        severity=floats("severity"),
        open=floats("open"),
        overdue=floats("overdue"),
        rated=floats("ratings") + floats("disputes"),
        low=floats("low") + floats("disputes"),
        joined=floats("joined"),
    )
    forced = _forced(seen, level, names, places["urgent"].to_list())
    return Counted(keys, names, measures, places["topic"].to_list(), forced, inside.height)


def _name(level: str, key: int, words: Words) -> str:
    return words.code("territory", key) if level == "territory" else str(h3.int_to_str(key))


def _expected(seen: View, frame: pl.DataFrame, key: str, keys: list[int], names: list[str]) -> Any:
    """Return what is usual in each place: its own past pulled towards its population's."""
    first = int(frame["received_at"].min()) if frame.height else seen.window.end  # type: ignore[arg-type]
    spans = sorted(rules.comparable(seen.window, first, seen.parameters), key=lambda s: s.start)
    place = {each: number for number, each in enumerate(keys)}
    past = np.zeros((len(keys), len(spans)), dtype=np.int64)
    for column, span in enumerate(spans):
        counted = (
            frame.filter(pl.col("received_at").is_between(span.start, span.end - 1))
            .group_by(key)
            .len()
        )
        for each, number in counted.iter_rows():
            if each in place:
                past[place[each], column] = number
    usual = past.sum() / len(spans) if spans else float(len(keys))
    prior = np.full(len(keys), usual / max(1, len(keys)))
    if key == "territory":
        people = {code: t.population for code, t in territories().items()}
        total = max(1, sum(people.values()))
        prior = np.array([usual * people.get(name, 0) / total for name in names])
    days = max(seen.window.days, 0.01)
    return rules.expected(past, prior, window_days=days, p=seen.parameters)


def _forced(seen: View, level: str, names: list[str], urgent: list[int]) -> list[str | None]:
    marks = {
        mark.place: mark.reason
        for mark in HeatMark.objects.filter(region_id=region().code).order_by("since")
        if mark.until is None or mark.until > seen.now
    }
    crowded = _crowds(seen, level)
    return [
        rules.MANUAL if marks.get(name) == rules.MANUAL
        else rules.URGENT if late
        else rules.LIFE if name in crowded
        else marks.get(name)
        for name, late in zip(names, urgent, strict=True)
    ]  # fmt: skip


def _crowds(seen: View, level: str) -> frozenset[str]:
    """Return the places where five people cried for help on one trouble within two hours."""
    since = seen.seconds - int(seen.parameters.people_hours * HOUR)
    recent = seen.frame.filter(
        pl.col("life_support") & (pl.col("received_at") >= since) & (pl.col("r9") != 0)
    )
    cries = [
        (cell, topic, 1 + joined)
        for cell, topic, joined in recent.select("r9", "topic", "supports").iter_rows()
    ]
    found: set[str] = set()
    if level == "territory":
        for cell, _, _ in rules.clusters(cries, seen.parameters):
            here = recent.filter(pl.col("r9") == cell)["territory"].to_list()
            found |= {seen.words.code("territory", number) for number in here}
        return frozenset(found)
    for cell, _, _ in rules.clusters(cries, seen.parameters):
        found.add(str(h3.cell_to_parent(h3.int_to_str(cell), int(level))))
    return frozenset(found)


def rows(counted: Counted, seen: View, *, public: bool) -> tuple[list[list[Any]], int]:
    """Return a row a place as the stream sends it, and how many places the public may not see."""
    p = seen.parameters
    index = counted.index(p)
    forced = np.array([reason is not None for reason in counted.forced], dtype=bool)
    bands = rules.bands(index, counted.measures.observed, forced, p)
    hidden = rules.hidden(counted.measures.observed, p)
    whole = rules.rounded(index)
    found = []
    for n, name in enumerate(counted.names):
        if public and hidden[n]:
            continue
        band = str(bands[n])
        found.append(
            [
                name,
                None if band == rules.SPARSE else int(whole[n]),
                band,
                int(counted.measures.observed[n]),
                round(float(counted.measures.expected[n]), 1),
                int(counted.measures.open[n]),
                int(counted.measures.overdue[n]),
                counted.forced[n],
                seen.words.code("topic", counted.topics[n]) or None,
            ]
        )
    return found, int(hidden.sum()) if public else 0


FIELDS = ("cell", "acuity", "band", "count", "expected", "open", "overdue", "forced", "topic")


def snapshot(
    filters: HeatFilters, level: str, *, now: datetime, public: bool = True
) -> dict[str, Any]:
    """Return every place of a level with its acuity, as of one position of the journal."""
    seen = view(filters, now)
    counted = count(seen, level)
    found, hidden = rows(counted, seen, public=public)
    cells = [dict(zip(FIELDS, row, strict=True)) for row in found]
    places = {}
    if level == "territory":
        known = territories()
        for cell in cells:
            territory = known.get(cell["cell"])
            people = territory.population if territory else 0
            cell["per_1000"] = round(1000 * cell["count"] / people, 2) if people else None
        places = {code: {"ru": t.short_ru, "en": t.title_en} for code, t in known.items()}
    else:
        cells = [{**cell, "per_1000": None} for cell in cells]
    return {
        "as_of": seen.position,
        "at": iso(now),
        "from": iso(datetime.fromtimestamp(seen.window.start, UTC)),
        "to": iso(datetime.fromtimestamp(seen.window.end, UTC)),
        "resolution": level,
        "public": public,
        "total": seen.frame.filter(
            pl.col("received_at").is_between(seen.window.start, seen.window.end)
        ).height,
        "placed": counted.placed,
        "hidden": hidden,
        "cells": cells,
        "topics": topic_titles({row[8] for row in found}),
        "places": places,
    }


def iso(moment: datetime) -> str:
    """Write a moment in UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def topic_titles(codes: set[str | None]) -> dict[str, dict[str, str]]:
    """Return the titles of topics by code."""
    known = topics().by_code
    return {
        code: {"ru": topic.title_ru, "en": topic.title_en or topic.title_ru}
        for code in codes
        if code and (topic := known.get(code))
    }


class UnknownPlaceError(LookupError):
    """There is no such cell or municipality."""


def level_of(place: str) -> str:
    """Return the level of a place by its name; UnknownPlaceError if there is none."""
    if place in territories():
        return "territory"
    if h3.is_valid_cell(place) and str(h3.get_resolution(place)) in LEVELS:
        return str(h3.get_resolution(place))
    raise UnknownPlaceError(place)


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
    seen = view(filters, now)
    counted = count(seen, level)
    p = seen.parameters
    base: dict[str, Any] = {
        "place": place, "level": level, "title": _title(place, level), "as_of": seen.position,
        "at": iso(now), "from": iso(datetime.fromtimestamp(seen.window.start, UTC)),
        "to": iso(datetime.fromtimestamp(seen.window.end, UTC)),
        "acuity": None, "band": rules.SPARSE, "forced": None, "hidden": False, "marks": [],
        "observed": 0, "expected": 0.0, "basis": "own", "parts": [], "topics": [], "cases": [],
        "sentence": {"ru": "Сообщений нет.", "en": "No messages."},
    }  # fmt: skip
    if place not in counted.names:
        return base
    n = counted.names.index(place)
    found, _ = rows(counted, seen, public=False)
    one = _only(counted.measures, n)
    if public and one.observed < p.k_anonymity:
        return {**base, "hidden": True}
    parts = rules.parts(one, p)
    explained = wording.explain(one, p)
    key = "territory" if level == "territory" else f"r{level}"
    here = seen.frame.filter(pl.col(key) == counted.keys[n])
    topic_counts = _topic_counts(seen, here)
    row = dict(zip(FIELDS, found[n], strict=True))
    return {
        **base,
        "acuity": row["acuity"],
        "band": row["band"],
        "forced": row["forced"],
        "marks": _marks(place, row["forced"]),
        "observed": row["count"],
        "expected": row["expected"],
        "parts": [
            {
                "code": code,
                **wording.PART_TITLES[code],
                "value": round(float(getattr(parts, code)), 3),
                "weight": weight,
                "points": round(100 * weight * float(getattr(parts, code)), 1),
                "explain": explained[code],
            }
            for code, weight in p.weights.items()
        ],
        "sentence": wording.sentence(
            one, days=seen.window.days, topic=topic_counts[0] if topic_counts else None
        ),
        "topics": topic_counts,
        "cases": _listed(_cases(seen, here), shown) if shown else [],
    }


def _listed(
    cases: list[dict[str, Any]], shown: Callable[[list[str]], frozenset[str]]
) -> list[dict[str, Any]]:
    visible = shown([case["number"] for case in cases])
    return [case for case in cases if case["number"] in visible]


def _only(m: rules.Measures, n: int) -> rules.Measures:
    return rules.Measures(
        *(getattr(m, name)[n] for name in
          ("observed", "expected", "severity", "open", "overdue", "rated", "low", "joined"))
    )  # fmt: skip


def _title(place: str, level: str) -> dict[str, str]:
    if level == "territory":
        territory = territories()[place]
        return {"ru": territory.short_ru, "en": territory.title_en}
    from otklik.ground.territories.queries import territory_at  # noqa: PLC0415

    lat, lon = h3.cell_to_latlng(place)
    territory_here = territory_at(lat, lon)
    ru = territory_here.short_ru if territory_here else "Участок карты"
    en = territory_here.title_en if territory_here else "A place on the map"
    return {"ru": f"{ru}, участок", "en": f"{en}, a part"}


def _marks(place: str, forced: str | None) -> list[dict[str, Any]]:
    stored = HeatMark.objects.filter(region_id=region().code, place=place)
    found = [
        {
            "reason": mark.reason, "since": iso(mark.since),
            "until": iso(mark.until) if mark.until else None, "note": mark.note,
            **rules.REASONS[mark.reason],
        }
        for mark in stored
    ]  # fmt: skip
    if forced and all(mark["reason"] != forced for mark in found):
        found.append({"reason": forced, "since": None, "until": None, "note": "",
                      **rules.REASONS[forced]})  # fmt: skip
    return found


def _topic_counts(seen: View, here: pl.DataFrame) -> list[dict[str, Any]]:
    inside = here.filter(pl.col("received_at").is_between(seen.window.start, seen.window.end))
    counted = (
        inside.filter(pl.col("topic") > 0).group_by("topic").len().sort("len", descending=True)
    )
    found = [(seen.words.code("topic", n), number) for n, number in counted.head(5).iter_rows()]
    titles = topic_titles({code for code, _ in found})
    return [
        {"code": code, **titles.get(code, {"ru": code, "en": code}), "count": number}
        for code, number in found
    ]


def _cases(seen: View, here: pl.DataFrame) -> list[dict[str, Any]]:
    done = [n for code in rules.DONE if (n := seen.words.find("status", code))]
    worst = (
        here.filter(
            pl.col("received_at").is_between(seen.window.start, seen.window.end)
            | ~pl.col("status").is_in(done)
        )
        .with_columns((~pl.col("status").is_in(done)).alias("is_open"))
        .sort(["is_open", "urgent", "severity", "received_at"], descending=True)
        .head(CASES)
    )
    titles = topic_titles({seen.words.code("topic", n) for n in worst["topic"].to_list()})
    found = []
    for row in worst.iter_rows(named=True):
        code = seen.words.code("topic", row["topic"])
        number = f"{row['number']:08d}"
        found.append(
            {
                "number": number,
                "spoken": f"{number[:4]}-{number[4:]}",
                "topic": code,
                **titles.get(code, {"ru": "Тема не определена", "en": "No topic yet"}),
                "status": seen.words.code("status", row["status"]),
                "received": iso(datetime.fromtimestamp(row["received_at"], UTC)),
                "due": iso(datetime.fromtimestamp(row["due"], UTC)) if row["due"] else None,
                "age_hours": round((seen.seconds - row["received_at"]) / HOUR, 1),
                "open": row["is_open"],
                "overdue": bool(row["is_open"] and 0 < row["due"] < seen.seconds),
                "severity": row["severity"],
                "people": 1 + row["supports"],
            }
        )
    return found


def tiles(seen: View, red: int) -> dict[str, Any]:
    """Return the wall's figures."""
    zone = int((seen.now.utcoffset() or timedelta()).total_seconds())
    midnight = (seen.seconds + zone) // 86_400 * 86_400 - zone
    frame = seen.frame
    done = [n for code in rules.DONE if (n := seen.words.find("status", code))]
    solved = [n for code in rules.SOLVED if (n := seen.words.find("status", code))]
    is_open = ~pl.col("status").is_in(done)
    since_midnight = seen.seconds - midnight
    usual = [
        frame.filter(
            pl.col("received_at").is_between(
                midnight - days * 86_400, midnight - days * 86_400 + since_midnight
            )
        ).height
        for days in (7, 14, 21, 28)
    ]
    week = frame.filter(pl.col("received_at") >= seen.seconds - 7 * 86_400)
    answered = frame.filter(pl.col("answered_at") >= seen.seconds - 7 * 86_400)
    waits = (
        (answered["answered_at"] - answered["received_at"]).median() if answered.height else None
    )
    rated = frame.filter(pl.col("rated_at") >= seen.seconds - 30 * 86_400)
    ratings = int(rated["ratings"].sum())
    return {
        "today": frame.filter(pl.col("received_at") >= midnight).height,
        "usual_today": round(sum(usual) / len(usual), 1),
        "week": week.height,
        "open": frame.filter(is_open).height,
        "overdue": frame.filter(
            is_open & (pl.col("due") > 0) & (pl.col("due") < seen.seconds)
        ).height,
        "red": red,
        "first_answer_hours": round(float(waits) / HOUR, 1) if waits is not None else None,  # type: ignore[arg-type]
        "rating": round(int(rated["stars"].sum()) / ratings, 1) if ratings else None,
        "rated": ratings,
        "solved_today": frame.filter(
            pl.col("status").is_in(solved) & (pl.col("closed_at") >= midnight)
        ).height,
    }


def worst(found: list[list[Any]], limit: int = 10) -> list[dict[str, Any]]:
    """Return the most acute municipalities from their rows, the worst first."""
    known = territories()
    ranked = sorted(
        (row for row in found if row[1] is not None or row[7]),
        key=lambda row: (row[2] != rules.ACUTE, -(row[1] or 0), -row[3]),
    )
    return [
        {
            "place": row[0], "level": "territory",
            "ru": known[row[0]].short_ru if row[0] in known else row[0],
            "en": known[row[0]].title_en if row[0] in known else row[0],
            **dict(zip(FIELDS[1:5], row[1:5], strict=True)), "forced": row[7], "topic": row[8],
        }
        for row in ranked[:limit]
    ]  # fmt: skip


def latest(seen: View, limit: int = 10) -> list[dict[str, Any]]:
    """Return the newest messages: topic, municipality, time; never a word of theirs."""
    newest = seen.frame.sort("received_at", descending=True).head(limit)
    known = territories()
    titles = topic_titles({seen.words.code("topic", n) for n in newest["topic"].to_list()})
    found = []
    for row in newest.iter_rows(named=True):
        topic = seen.words.code("topic", row["topic"])
        place = seen.words.code("territory", row["territory"])
        found.append(
            {
                "at": iso(datetime.fromtimestamp(row["received_at"], UTC)),
                "topic": topic or None,
                **titles.get(topic, {"ru": "Новое сообщение", "en": "A new message"}),
                "territory": place or None,
                "place_ru": known[place].short_ru if place in known else "",
                "place_en": known[place].title_en if place in known else "",
            }
        )
    return found
