"""The wall's figures: tiles with what was before, the most acute places, the newest messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from otklik.ground.territories.queries import territories
from otklik.readers.heatmap import rules
from otklik.readers.heatmap.counting import DAY, HOUR, Seen, count
from otklik.readers.heatmap.queries import iso, see, table, topic_titles, visible

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.readers.heatmap.counting import HeatFilters

WEEK = 7 * DAY
USUAL_DAYS = (7, 14, 21, 28)
"""Today is compared with the same hours of these days ago."""
LOOK_BACK = 120 * DAY
"""The first answer comes within this time, or is not in the median of this week's answers."""
COUNTS = ("today", "week", "open", "overdue", "overdue_before", "rated", "solved_today")
MEANS = {"rating": "rated", "rating_before": "rated", "first_answer_hours": "week",
         "first_answer_before": "week"}  # fmt: skip
"""Of how many each mean is."""


@dataclass(frozen=True)
class Panel:
    """What stands beside the map, under the same filters."""

    tiles: dict[str, Any]
    worst: list[dict[str, Any]]
    latest: list[dict[str, Any]]


def panel(seen: Seen, municipalities: pl.DataFrame, *, public: bool) -> Panel:
    """Return the figures beside a map of these municipalities.

    The public may narrow to a handful, which would tell of one message: such figures are hidden.
    """
    figures = tiles(seen, int((municipalities["band"] == rules.ACUTE).sum()))
    if not (public and seen.filters.narrow):
        return Panel(figures, worst(municipalities), latest(seen))
    few = {name for name in COUNTS if (figures[name] or 0) < seen.p.k_anonymity}
    few |= {name for name, of in MEANS.items() if of in few}
    return Panel(
        {name: None if name in few else value for name, value in figures.items()},
        worst(municipalities), [],
    )  # fmt: skip


def side(filters: HeatFilters, *, now: datetime, public: bool) -> dict[str, Any]:
    """Return the panel beside the map under filters, as of one position of the journal."""
    seen = see(filters, now, public=public)
    places = table(seen, count(seen, "territory"))
    found = panel(seen, visible(places, seen.p) if public else places, public=public)
    topics = topic_titles(line["topic"] for line in found.worst)
    return {"as_of": seen.position, "at": iso(now), **vars(found), "topics": topics}


def worst(places: pl.DataFrame, limit: int = 10) -> list[dict[str, Any]]:
    """Return the most acute municipalities, the worst first; those that are red come before all."""
    known = territories()
    ranked = (
        places.filter(pl.col("acuity").is_not_null())
        .with_columns(red=pl.col("band") == rules.ACUTE)
        .sort(["red", "acuity", "count", "cell"], descending=[True, True, True, False])
        .head(limit)
    )
    return [
        {
            "place": row["cell"], "level": "territory",
            "ru": known[row["cell"]].short_ru if row["cell"] in known else row["cell"],
            "en": known[row["cell"]].title_en if row["cell"] in known else row["cell"],
            **{name: row[name] for name in ("acuity", "band", "count", "expected")},
            "forced": row["forced"], "topic": row["topic"],
        }
        for row in ranked.iter_rows(named=True)
    ]  # fmt: skip


def tiles(seen: Seen, red: int) -> dict[str, Any]:
    """Return the wall's figures of what the filters leave, each with a time of its own.

    `seen.now` is local: its midnight begins the day.
    """
    side, now, asked = seen.side, seen.seconds, seen.condition
    midnight = int(rules.local_midnight(seen.now).timestamp())
    usual = [
        side.height(
            rules.Span(max(0, midnight - n * DAY), max(0, now - n * DAY)), condition=seen.where
        )
        for n in USUAL_DAYS
        if seen.copy.first is not None and midnight - n * DAY >= seen.copy.first
        and not seen.filters.statuses  # of the past we know how many came, not how they stood
    ]  # fmt: skip
    always, month = rules.Span(0, now + 1), seen.p.rating_days * DAY
    rating, rated = _rating(seen, rules.Span(max(0, now - month), now + 1))
    rating_before, _ = _rating(seen, rules.Span(max(0, now - 2 * month), max(0, now - month)))
    return {
        "today": side.height(rules.Span(midnight, now + 1), condition=asked),
        "usual_today": round(sum(usual) / len(usual), 1) if usual else None,
        "week": side.height(rules.Span(max(0, now - 7 * DAY), now + 1), condition=asked),
        "open": side.height(always, part="open", condition=asked),
        "overdue": side.height(always, part="open", condition=_both(seen, seen.late)),
        "red": red,
        "overdue_before": _overdue_at(seen, now - DAY),
        "first_answer_hours": _first_answer(seen, now),
        "first_answer_before": _first_answer(seen, now - WEEK),
        "rating": rating,
        "rating_before": rating_before,
        "rated": rated,
        "solved_today": _solved_since(seen, midnight),
    }


def _both(seen: Seen, condition: pl.Expr) -> pl.Expr:
    """Return a condition together with what the filters ask for."""
    return condition if seen.condition is None else condition & seen.condition


def _rating(seen: Seen, when: rules.Span) -> tuple[float | None, int]:
    """Return the mean rating of results among those given last within a time, and how many."""
    found = seen.side.sums(
        "kt", {"ratings": pl.col("ratings"), "stars": pl.col("stars")},
        rules.Span(0, seen.seconds + 1), places=seen.copy.places("territory"), part="rated",
        condition=_both(
            seen, (pl.col("rated_at") >= when.start) & (pl.col("rated_at") < when.end)
        ),
    )  # fmt: skip
    ratings, stars = int(found["ratings"].sum()), int(found["stars"].sum())
    return (round(stars / ratings, 1) if ratings else None), ratings


def _overdue_at(seen: Seen, moment: int) -> int | None:
    """Return how many stood overdue at a moment of the past, by today's due times."""
    if seen.copy.first is None or moment < seen.copy.first or seen.filters.statuses:
        return None
    late = (pl.col("due") > 0) & (pl.col("due") < moment)
    standing = (pl.col("closed_at") == 0) | (pl.col("closed_at") >= moment)
    span = rules.Span(max(0, moment - LOOK_BACK), moment)
    return seen.copy.counted.height(span, condition=_both(seen, late & standing))


def _first_answer(seen: Seen, now: int) -> float | None:
    """Return the median of hours to the first answer, of the answers in the week before."""
    answered = pl.col("answered_at")
    lines = seen.copy.counted.rows(
        rules.Span(max(0, now - LOOK_BACK), now + 1),
        condition=_both(seen, (answered >= max(1, now - WEEK)) & (answered <= max(1, now))),
        columns=["received_at", "answered_at"],
    )
    waited = (lines["answered_at"].cast(pl.Int64) - lines["received_at"]).median()
    return round(float(waited) / HOUR, 1) if isinstance(waited, int | float) else None


def _solved_since(seen: Seen, moment: int) -> int:
    words = seen.copy.words
    states = [n for code in rules.SOLVED if (n := words.find("status", code)) is not None]
    solved = pl.col("status").is_in(states) & (pl.col("closed_at") >= moment)
    answered = pl.col("result") == (words.find("result", "solved") or -1)
    told = answered & (pl.col("answered_at") >= moment)
    span = rules.Span(max(0, seen.seconds - LOOK_BACK), seen.seconds + 1)
    return seen.copy.counted.height(span, condition=_both(seen, solved | told))


def latest(seen: Seen, limit: int = 10) -> list[dict[str, Any]]:
    """Return the newest messages: topic, municipality, time; never a word of theirs."""
    known, words = territories(), seen.copy.words
    newest = pl.DataFrame()
    for back in (HOUR, DAY, 30 * DAY, seen.seconds):
        newest = seen.copy.counted.rows(
            rules.Span(seen.seconds - back, seen.seconds + 1),
            condition=seen.condition,
            columns=["received_at", "topic", "territory"],
        )
        if newest.height >= limit:
            break
    codes, places = words.codes("topic"), words.codes("territory")
    titles = topic_titles(codes.get(n) for n in newest["topic"].tail(limit))
    found = []
    for received, topic, territory in newest.tail(limit).reverse().iter_rows():
        code, place = codes.get(topic), places.get(territory)
        found.append(
            {
                "at": iso(received),
                "topic": code,
                **titles.get(code or "", {"ru": "Новое сообщение", "en": "A new message"}),
                "territory": place,
                "place_ru": known[place].short_ru if place in known else "",
                "place_en": known[place].title_en if place in known else "",
            }
        )
    return found
