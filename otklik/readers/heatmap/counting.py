"""Counting the places of a level: what the filters leave, what is usual there, what forces red."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import h3
import numpy as np
import polars as pl

from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.queries import topics
from otklik.readers.heatmap import rules
from otklik.readers.heatmap.columns import KEYS
from otklik.readers.heatmap.memory import memory
from otklik.readers.heatmap.models import HeatMark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from otklik.readers.heatmap.columns import Copy, Ints, Side

HOUR, DAY = 3600, 86_400
LAST = 2**32 - 1
TABLE = 8_000_000
"""A table of places and topics stays below so many numbers: the smallest places are left out."""
BASELINES, BASELINE_SECONDS = 64, 600.0
REASONS = (None, rules.MANUAL, rules.URGENT, rules.LIFE, rules.SURGE, rules.HYSTERESIS)
"""By their code in `Counted.forced`, the strongest first."""


@dataclass(frozen=True)
class HeatFilters:
    """Which messages count; empty fields narrow nothing. Times are aware."""

    topics: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrow(self) -> bool:
        """Whether anything but time is narrowed."""
        return bool(self.topics or self.territories or self.channels or self.statuses)


@dataclass(frozen=True)
class Mark:
    """A standing mark as the map applies it."""

    place: str
    level: str
    territory: str
    reason: str
    topic: str


@dataclass(frozen=True)
class Seen:
    """All rows at one position, the window, and what the filters ask."""

    copy: Copy
    filters: HeatFilters
    now: datetime
    window: rules.Span
    p: rules.Parameters

    @property
    def position(self) -> int:
        """The position of the journal that the answer is true of."""
        return self.copy.position

    @property
    def seconds(self) -> int:
        """The present as whole seconds."""
        return int(self.now.timestamp())

    @cached_property
    def where(self) -> pl.Expr | None:
        """What topics, territories and channels ask for."""
        asked = (
            ("topic", facts_under(self.filters.topics)),
            ("territory", self.filters.territories),
            ("channel", self.filters.channels),
        )
        return _all([self._among(kind, codes) for kind, codes in asked if codes])

    @cached_property
    def condition(self) -> pl.Expr | None:
        """The same and what the states ask for."""
        states = [self._state(status) for status in self.filters.statuses]
        asked = [states[0] if len(states) == 1 else pl.any_horizontal(states)] if states else []
        return _all([*([] if self.where is None else [self.where]), *asked])

    @cached_property
    def side(self) -> Side:
        """Rejected and withdrawn messages are shown only to those who ask for them."""
        return (
            self.copy.aside if set(self.filters.statuses) & rules.UNCOUNTED else self.copy.counted
        )

    @cached_property
    def late(self) -> pl.Expr:
        """What is open past its due time; a clock that waits for the author does not run."""
        waiting = self._among("status", rules.WAITING)
        overdue = (pl.col("due") > 0) & (pl.col("due") < self.seconds)
        return overdue & (pl.col("closed_at") == 0) & ~waiting

    @property
    def ordinary(self) -> bool:
        """Whether this is the map as everybody sees it: all messages of the last days."""
        asked = self.filters
        return not asked.narrow and asked.since is None and asked.until is None

    def _among(self, kind: str, codes: Iterable[str]) -> pl.Expr:
        numbers = [n for code in codes if (n := self.copy.words.find(kind, code)) is not None]
        return pl.col(kind).is_in(numbers)

    def _state(self, status: str) -> pl.Expr:
        match status:
            case "open":
                return pl.col("closed_at") == 0
            case "overdue":
                return self.late
            case "answered":
                return self._among("status", rules.ANSWERED)
            case "solved":
                return self._among("status", rules.SOLVED)
        return self._among("status", [status])


def _all(asked: Sequence[pl.Expr]) -> pl.Expr | None:
    return pl.all_horizontal(asked) if asked else None


def facts_under(codes: Iterable[str]) -> list[str]:
    """Return the codes of topics and of all beneath them: the rows know facts alone."""
    tree = topics()
    found: list[str] = []
    for code in codes:
        topic = tree.by_code.get(code)
        found += [tree.by_id[key].code for key in tree.under(topic)] if topic else [code]
    return found


def see(filters: HeatFilters, now: datetime) -> Seen:
    """Look at the copy of this process through filters."""
    p = rules.parameters(region().settings.get("heat"))
    until = filters.until or now
    since = filters.since or until - timedelta(days=p.window_days)
    start, end = int(since.timestamp()), int(until.timestamp())
    if filters.until is None:
        end += 1  # a message of this very second has come
        start += filters.since is None
    end = min(max(end, 0), LAST)
    window = rules.Span(min(max(start, 0), end), end)
    return Seen(memory(region().code).current(), filters, now, window, p)


@dataclass(frozen=True)
class Counted:
    """The places of a level that have anything, and what was counted in each, in one order."""

    level: str
    numbers: Ints
    names: tuple[str, ...]
    measures: rules.Measures
    topics: Ints
    forced: npt.NDArray[np.int8]
    total: int
    placed: int
    own: bool
    """Whether what is usual rests on the places' own past."""
    p: rules.Parameters

    @cached_property
    def index(self) -> Ints:
        """The acuity of each place, as shown."""
        return rules.rounded(self.exact)

    @cached_property
    def exact(self) -> npt.NDArray[np.float64]:
        """The acuity of each place before rounding."""
        return rules.acuity(rules.parts(self.measures, self.p), self.p)

    @cached_property
    def bands(self) -> npt.NDArray[np.str_]:
        """The colour of each place."""
        return rules.bands(self.exact, self.evidence, self.forced > 0, self.p)

    @cached_property
    def acute(self) -> npt.NDArray[np.bool_]:
        """Which places are red by their index alone."""
        unforced = np.zeros(len(self.numbers), dtype=np.bool_)
        found = rules.bands(self.exact, self.evidence, unforced, self.p) == rules.ACUTE
        return np.asarray(found)

    @cached_property
    def surging(self) -> npt.NDArray[np.bool_]:
        """Where a flood of messages forces red, whatever stronger reason is told."""
        return rules.surges(self.measures.observed, self.measures.expected, self.p)

    @property
    def evidence(self) -> npt.NDArray[np.float64]:
        """How many messages speak of a place: those of the window, or those that stand open."""
        return np.maximum(self.measures.observed, self.measures.open)


def count(seen: Seen, level: str) -> Counted:
    """Count every place of a level at once."""
    key, places, side = KEYS[level], seen.copy.places(level), seen.side
    tally = side.tally(key, seen.window, places=places, condition=seen.condition)
    observed = tally.sum(axis=1)
    weighed = tally[:, 1:].sum(axis=1)
    severity = tally @ np.arange(tally.shape[1]) / np.maximum(weighed, 1)
    always = rules.Span(0, seen.window.end)
    standing = side.sums(
        key,
        {"open": pl.lit(1.0), "overdue": seen.late, "urgent": seen.late & pl.col("urgent")},
        always, places=places, condition=seen.condition, part="open",
    )  # fmt: skip
    joined = side.sums(
        key, {"joined": pl.col("supports")}, seen.window,
        places=places, condition=seen.condition, part="joined",
    )  # fmt: skip
    opinions = side.sums(
        key,
        {
            "rated": pl.col("ratings") + pl.col("disputes"),
            "low": pl.col("low") + pl.col("disputes"),
        },
        always, places=places, part="rated", condition=_rated_lately(seen),
    )  # fmt: skip
    forced = _forced(seen, level, places, standing["urgent"])
    some = (observed > 0) | (standing["open"] > 0) | (forced > 0)
    some[0] = False
    chosen = np.flatnonzero(some)
    usual, own = _expected(seen, level, observed, chosen)
    weaker = (forced == 0) | (forced > REASONS.index(rules.SURGE))
    flood = weaker & rules.surges(observed.astype(np.float64), usual, seen.p)
    forced[flood] = REASONS.index(rules.SURGE)
    names = names_of(seen.copy, level, chosen)
    order = np.argsort(np.array(names)) if len(names) else np.zeros(0, np.int64)
    chosen = chosen[order]
    measures = rules.Measures(
        *(
            found[chosen].astype(np.float64)
            for found in (
                observed, usual, severity, standing["open"], standing["overdue"],
                opinions["rated"], opinions["low"], joined["joined"],
            )
        )
    )  # fmt: skip
    return Counted(
        level, chosen, tuple(names[n] for n in order), measures,
        _top_topics(seen, key, observed)[chosen], forced[chosen],
        int(observed.sum()), int(observed[1:].sum()), own, p=seen.p,
    )  # fmt: skip


def _rated_lately(seen: Seen) -> pl.Expr:
    since = min(seen.window.start, seen.window.end - seen.p.rating_days * DAY)
    lately = (pl.col("rated_at") >= max(0, since)) & (pl.col("rated_at") < seen.window.end)
    return lately if seen.condition is None else seen.condition & lately


def names_of(copy: Copy, level: str, numbers: Ints) -> list[str]:
    """Return what places are called: codes of municipalities or names of cells."""
    if level == "territory":
        codes = copy.words.codes("territory")
        return [codes.get(int(n), "") for n in numbers]
    return [f"{cell:x}" for cell in copy.cells.names(int(level))[numbers].tolist()]


def number_of(copy: Copy, level: str, name: str) -> int:
    """Return the number of a place, 0 if nothing was ever heard of it."""
    if level == "territory":
        return copy.words.find("territory", name) or 0
    return copy.cells.find(int(level), int(h3.str_to_int(name))) or 0


def _top_topics(seen: Seen, key: str, observed: Ints) -> Ints:
    named = len(seen.copy.words.kinds.get("topic", {})) + 1
    least = 1
    while int((observed >= least).sum()) * named > TABLE:
        least *= 2
    wanted = observed >= least
    wanted[0] = False
    return seen.side.top_topics(
        key, seen.window, wanted=wanted, topics=named, condition=seen.condition
    )


# What is usual.


_baselines: dict[tuple[object, ...], tuple[float, Ints]] = {}
_counting = threading.Lock()


def _expected(
    seen: Seen, level: str, observed: Ints, chosen: Ints
) -> tuple[npt.NDArray[np.float64], bool]:
    """Return how many messages are usual in each place, and whether its own past tells it.

    A layer of one state is compared with what the place would have if this state had the
    region's share: of the past we know how many came, not how they stood then.
    """
    past = _past(seen, level)
    counted, share = observed, 1.0
    if seen.filters.statuses:
        key, places = KEYS[level], seen.copy.places(level)
        whole = seen.copy.counted.tally(key, seen.window, places=places, condition=seen.where)
        counted = whole.sum(axis=1)
        share = min(1.0, float(observed.sum()) / max(1, int(counted.sum())))
    windows = past.shape[1]
    mean = past.mean(axis=1) if windows else counted.astype(np.float64)
    prior = _prior(seen, level, mean)
    usual = rules.expected(
        past[chosen], prior[chosen], window_days=max(seen.window.days, 0.01), p=seen.p
    )
    found = np.zeros(len(observed))
    found[chosen] = np.maximum(usual * share, seen.p.min_expected)
    return found, windows > 0


def _prior(seen: Seen, level: str, mean: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What a place would have by its residents, or an average cell if these are not known."""
    total = float(mean[1:].sum())
    if level != "territory":
        inhabited = int((mean[1:] > 0).sum())
        return np.full(len(mean), total / max(1, inhabited))
    people = {code: t.population for code, t in territories().items()}
    everybody = max(1, sum(people.values()))
    found = np.zeros(len(mean))
    for number, code in seen.copy.words.codes("territory").items():
        if number < len(found):
            found[number] = total * people.get(code, 0) / everybody
    return found


def _past(seen: Seen, level: str) -> Ints:
    """Count the comparable windows of the past; kept for minutes, for the past hardly changes."""
    window, copy = seen.window, seen.copy
    if window.days >= 1:  # anchored to the hour, so that the next look finds it
        shift = window.end % HOUR
        window = rules.Span(max(0, window.start - shift), window.end - shift)
    first = copy.first
    spans = rules.comparable(window, first, seen.p) if first is not None else []
    places = copy.places(level)
    asked = seen.filters
    key = (
        region().code, copy.timeline, level, tuple(spans), asked.topics, asked.territories,
        asked.channels,
    )  # fmt: skip
    with _counting:
        kept = _baselines.get(key)
    if kept is None or kept[0] < time.monotonic() or len(kept[1]) > places:
        columns = [
            copy.counted.tally(KEYS[level], span, places=places, condition=seen.where).sum(axis=1)
            for span in spans
        ]
        found = np.stack(columns, axis=1) if columns else np.zeros((places, 0), dtype=np.int64)
        with _counting:
            if len(_baselines) >= BASELINES:
                _baselines.clear()
            _baselines[key] = kept = (time.monotonic() + BASELINE_SECONDS, found)
    grown = places - len(kept[1])
    return np.pad(kept[1], ((0, grown), (0, 0))) if grown else kept[1]


def forget_past() -> None:
    """Drop the counted past: for measurements from cold."""
    with _counting:
        _baselines.clear()


# What forces red.


def marks(now: datetime) -> list[HeatMark]:
    """Return the marks that stand now."""
    found = HeatMark.objects.filter(region_id=region().code)
    return [mark for mark in found if mark.until is None or mark.until > now]


def _forced(seen: Seen, level: str, places: int, urgent: Ints) -> npt.NDArray[np.int8]:
    """Return, for each place, the code of the strongest reason for red; 0 for none."""
    found = np.where(urgent > 0, REASONS.index(rules.URGENT), 0).astype(np.int8)
    for place, reason in _marked(seen, level):
        number = number_of(seen.copy, level, place)
        code = REASONS.index(reason)
        if 0 < number < places and (found[number] == 0 or code < found[number]):
            found[number] = code
    return found


def _marked(seen: Seen, level: str) -> list[tuple[str, str]]:
    asked = set(facts_under(seen.filters.topics))
    stored = [
        Mark(mark.place, mark.level, mark.territory, mark.reason, mark.topic)
        for mark in marks(seen.now)
    ]
    crowded = [
        Mark(f"{cell:x}", "9", territory, rules.LIFE, topic)
        for cell, territory, topic in crowds(seen)
    ]
    found = []
    for mark in [*stored, *crowded]:
        if mark.reason == rules.HYSTERESIS:
            shown = mark.place if seen.ordinary and mark.level == level else None
        elif mark.topic and asked and mark.topic not in asked:
            shown = None
        else:
            shown = _holder(mark, level)
        if shown:
            found.append((shown, mark.reason))
    return found


def _holder(mark: Mark, level: str) -> str | None:
    """Return the place of a level that a mark reddens: its own, or one that holds it."""
    if mark.level == level:
        return mark.place
    if level == "territory":
        return mark.territory
    if mark.level == "territory" or int(mark.level) < int(level):
        return None
    return str(h3.cell_to_parent(mark.place, int(level)))


def crowds(seen: Seen) -> list[tuple[int, str, str]]:
    """Return where people cry for help together right now: middle cell, territory, topic."""
    since = max(0, seen.seconds - int(seen.p.people_hours * HOUR))
    asked = pl.col("life_support") & (pl.col("k9") >= pl.lit(8))
    lines = seen.copy.counted.rows(
        rules.Span(since, seen.seconds + 1),
        condition=asked if seen.where is None else asked & seen.where,
        columns=["k9", "topic", "supports", "territory"],
    )
    cells = seen.copy.cells.names(9)
    cries, where = [], {}
    for key, topic, supports, territory in lines.iter_rows():
        cell = int(cells[key >> 3])
        cries.append((cell, topic, 1 + supports))
        where[cell] = territory
    words = seen.copy.words
    return [
        (cell, words.code("territory", where[cell]), words.code("topic", topic))
        for cell, topic, _ in rules.clusters(cries, seen.p)
    ]
