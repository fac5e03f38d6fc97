"""The acuity index, its parts, and what forces red: arithmetic alone, over one place or over many.

Every function takes arrays (one element a place), so that a snapshot of fifty thousand hexagons
and the explanation of one are the same code. Weights and thresholds are data: `parameters()` reads
them from the region's settings and falls back to the figures of the specification.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import h3
import numpy as np

from otklik.flow.cases import rules as case_rules
from otklik.readers.heatmap.tails import tail_probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

CALM, ATTENTION, TENSE, ACUTE, SPARSE = "calm", "attention", "tense", "acute", "sparse"
BANDS: dict[str, dict[str, str]] = {
    CALM: {"ru": "спокойно", "en": "calm"},
    ATTENTION: {"ru": "внимание", "en": "attention"},
    TENSE: {"ru": "напряжённо", "en": "tense"},
    ACUTE: {"ru": "остро", "en": "acute"},
    SPARSE: {"ru": "мало данных", "en": "too little data"},
}

MANUAL, URGENT, LIFE = "manual", "urgent_overdue", "life_support"
SURGE, HYSTERESIS = "surge", "hysteresis"
REASONS: dict[str, dict[str, str]] = {
    MANUAL: {"ru": "отмечено дежурным", "en": "marked by the duty officer"},
    URGENT: {"ru": "просрочено экстренное сообщение", "en": "an urgent message is overdue"},
    LIFE: {
        "ru": "пять и более жителей рядом сообщили об одном и том же",
        "en": "five or more neighbours report the same",
    },
    SURGE: {
        "ru": "сообщений во много раз больше обычного",
        "en": "many times more messages than usual",
    },
    HYSTERESIS: {"ru": "только что было остро", "en": "it was acute a moment ago"},
}
"""Why a place is red whatever its index; the first that holds is told."""

UNCOUNTED = case_rules.UNCOUNTED
"""Messages in these states do not count: spam must not paint a place, nor second thoughts."""
ANSWERED = frozenset({"answered", "closed", "confirmed", "resolved_confirmed", "interim"})
SOLVED = frozenset({"confirmed", "resolved_confirmed"})
DONE = (
    UNCOUNTED
    | (ANSWERED - {"interim"})
    | frozenset({"redirected", "merged", "no_answer_legal", "no_answer", "draft"})
)
"""Nobody works on a message in one of these states; every other state is open."""

GROUPS = ("open", "overdue", "answered", "solved")
"""What a filter by state may ask besides one state of the case."""

WAITING = frozenset({"clarification"})
"""The clock stands: we wait for the author, so nothing is overdue."""

NOTE = 300
"""Letters of the duty officer's reason."""

CELL_LEVELS = (6, 7, 8, 9)
LIVE_LEVELS = ("territory", "6", "7", "8")
FINEST_PUBLIC = 8


@dataclass(frozen=True)
class Parameters:
    """Weights and thresholds; the defaults are those of the specification, its Poisson variant."""

    anomaly: float = 0.35
    severity: float = 0.25
    overdue: float = 0.20
    dissatisfaction: float = 0.12
    reach: float = 0.08
    attention_from: int = 25
    tense_from: int = 45
    acute_from: int = 70
    window_days: int = 7
    min_cases: int = 3
    k_anonymity: int = 3
    dispersion: float = 0.0
    anomaly_full_at: float = 6.0
    season_windows: int = 8
    season_halfwidth_days: int = 28
    prior_days: float = 28.0
    min_expected: float = 0.2
    load_softener: float = 2.0
    severity_max: float = 5.0
    overdue_floor: float = 3.0
    low_share: float = 0.15
    low_strength: float = 8.0
    rating_days: int = 30
    reach_full_at: float = 1000.0
    views_per_person: float = 100.0
    people_min: int = 5
    people_hours: float = 2.0
    surge_times: float = 0.0
    surge_min: int = 50
    leave_below: float = 60.0
    leave_after: int = 2
    manual_hours: float = 24.0

    @property
    def weights(self) -> dict[str, float]:
        """The five weights in the order of the formula."""
        return {
            "anomaly": self.anomaly,
            "severity": self.severity,
            "overdue": self.overdue,
            "dissatisfaction": self.dissatisfaction,
            "reach": self.reach,
        }


_PATHS: dict[str, str] = {
    "anomaly": "weights.anomaly",
    "severity": "weights.severity_load",
    "overdue": "weights.overdue",
    "dissatisfaction": "weights.dissatisfaction",
    "reach": "weights.reach",
    "window_days": "window_days",
    "min_cases": "min_cases",
    "k_anonymity": "k_anonymity",
    "dispersion": "anomaly.dispersion",
    "anomaly_full_at": "anomaly.full_at",
    "season_windows": "baseline.season_weeks",
    "min_expected": "baseline.min_expected",
    "load_softener": "load_softener",
    "severity_max": "severity_max",
    "overdue_floor": "overdue_floor",
    "low_share": "dissatisfaction.prior_share",
    "low_strength": "dissatisfaction.prior_strength",
    "rating_days": "dissatisfaction.days",
    "reach_full_at": "reach.full_at",
    "views_per_person": "reach.views_per_person",
    "leave_below": "hysteresis.leave_acute_below",
    "leave_after": "hysteresis.consecutive_evaluations",
}


def parameters(settings: Mapping[str, Any] | None) -> Parameters:
    """Read the region's own weights; what is missing keeps its default."""
    data = settings or {}
    found: dict[str, Any] = {}
    for name, path in _PATHS.items():
        value: Any = data
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, int | float):
            found[name] = type(getattr(Parameters, name))(value)
    found |= _bands(data) | _forced(data) | _weeks(data)
    anomaly = data.get("anomaly")
    if isinstance(anomaly, dict) and anomaly.get("model") == "poisson":
        found["dispersion"] = 0.0
    return Parameters(**found)


def _bands(data: Mapping[str, Any]) -> dict[str, Any]:
    starts = {line.get("code"): line.get("from") for line in data.get("bands") or ()}
    return {
        f"{code}_from": int(starts[code])
        for code in (ATTENTION, TENSE, ACUTE)
        if starts.get(code) is not None
    }


def _forced(data: Mapping[str, Any]) -> dict[str, Any]:
    lines = {str(line.get("code")): line for line in data.get("forced_red") or ()}
    life, manual, surge = (lines.get(code, {}) for code in (LIFE, MANUAL, SURGE))
    found: dict[str, Any] = {
        "people_min": life.get("people_min"),
        "people_hours": life.get("within_hours"),
        "surge_times": surge.get("times"),
        "surge_min": surge.get("messages_min"),
        "manual_hours": manual.get("expires_hours"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _weeks(data: Mapping[str, Any]) -> dict[str, Any]:
    baseline = data.get("baseline") or {}
    found = {
        "season_halfwidth_days": baseline.get("season_halfwidth_weeks"),
        "prior_days": baseline.get("prior_strength_weeks"),
    }
    return {name: value * 7 for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Measures:
    """What is counted in each place; all arrays of one length (or single numbers).

    `severity` is the mean weight of the topics, 0 where none is known. `open` and `overdue` are
    those that stand there now; `rated` counts ratings and upheld disputes, `low` the bad of them.
    """

    observed: Floats
    expected: Floats
    severity: Floats
    open: Floats
    overdue: Floats
    rated: Floats
    low: Floats
    joined: Floats
    views: Floats = field(default_factory=lambda: np.zeros(()))


@dataclass(frozen=True)
class Parts:
    """The five parts of the index, each 0–1, in the order of the formula."""

    anomaly: Floats
    severity: Floats
    overdue: Floats
    dissatisfaction: Floats
    reach: Floats


def parts(m: Measures, p: Parameters) -> Parts:
    """Turn counts into the five parts."""
    tail = tail_probability(m.observed, m.expected, p.dispersion)
    load = np.minimum(1.0, 2.0 * m.observed / (m.observed + m.expected + p.load_softener))
    low = (m.low + p.low_share * p.low_strength) / (m.rated + p.low_strength)
    people = m.joined + m.views / p.views_per_person
    return Parts(
        anomaly=np.clip(-np.log10(np.maximum(tail, 1e-300)) / p.anomaly_full_at, 0.0, 1.0),
        severity=np.minimum(1.0, m.severity / p.severity_max) * load,
        overdue=np.minimum(1.0, m.overdue / np.maximum(m.open, p.overdue_floor)),
        dissatisfaction=np.clip(low, 0.0, 1.0),
        reach=np.minimum(1.0, np.log1p(people) / math.log1p(p.reach_full_at)),
    )


def acuity(parts: Parts, p: Parameters) -> Floats:
    """Return the index, 0–100, before rounding."""
    total = (
        p.anomaly * parts.anomaly
        + p.severity * parts.severity
        + p.overdue * parts.overdue
        + p.dissatisfaction * parts.dissatisfaction
        + p.reach * parts.reach
    )
    return np.asarray(100.0 * total, dtype=np.float64)


def rounded(index: Floats) -> npt.NDArray[np.int64]:
    """Round half up, as people do; the band goes by the figure that is shown."""
    return np.floor(np.asarray(index) + 0.5).astype(np.int64)


def surges(observed: Floats, expected: Floats, p: Parameters) -> npt.NDArray[np.bool_]:
    """Tell where so many times the usual number came that no other part must agree; 0 times: never.

    In the index the anomaly weighs about a third whatever its size: a flood of messages about a
    small trouble would stay below red, and no leader would believe the map.
    """
    flood = (observed >= p.surge_min) & (observed >= p.surge_times * np.maximum(expected, 1.0))
    return flood & (p.surge_times > 0)


def bands(
    index: Floats, observed: Floats, forced: npt.NDArray[np.bool_], p: Parameters
) -> npt.NDArray[np.str_]:
    """Return the band of each place: forced is red, too few is no colour at all."""
    whole = rounded(index)
    found = np.select(
        [whole >= p.acute_from, whole >= p.tense_from, whole >= p.attention_from],
        [ACUTE, TENSE, ATTENTION],
        CALM,
    )
    found = np.where(np.asarray(observed) < p.min_cases, SPARSE, found)
    return np.where(forced, ACUTE, found)


def hidden(observed: Floats, p: Parameters) -> npt.NDArray[np.bool_]:
    """Tell which places the public may not see: a lone point is somebody's home."""
    return np.asarray(observed) < p.k_anonymity


def expected(
    past: npt.NDArray[np.int64], prior: Floats, *, window_days: float, p: Parameters
) -> Floats:
    """Return how many messages are usual: the place's own past, pulled towards `prior`.

    `past` has a row a place and a column a comparable window of the past. The one window that
    stands out most is left out if it is far above the rest: last winter's accident is not usual.
    """
    windows = past.shape[1]
    strength = p.prior_days / window_days
    total = past.sum(axis=1).astype(np.float64)
    used = np.full(len(total), float(windows))
    if windows >= 4:  # noqa: PLR2004  (of fewer, none can be called unusual)
        top = past.max(axis=1).astype(np.float64)
        rest = (total - top) / (windows - 1)
        outlier = top > rest + 4.0 * np.sqrt(rest + p.dispersion * rest**2 + 1.0)
        total -= np.where(outlier, top, 0.0)
        used -= outlier
    mean = (strength * prior + total) / (strength + used)
    return np.asarray(np.maximum(p.min_expected, mean))


def leave_red(index: float, calm: int, p: Parameters, *, surging: bool = False) -> tuple[bool, int]:
    """After one evaluation of a red place: does it stay red, and how many calm ones in a row.

    While a flood of messages goes on, no evaluation is calm, however low the index.
    """
    calm = calm + 1 if index < p.leave_below and not surging else 0
    return calm < p.leave_after, calm


class Refused(ValueError):  # noqa: N818  (a refusal is not an error of ours)
    """A mark is not allowed as asked; the reason is for the person who asked."""

    def __init__(self, code: str, ru: str, en: str) -> None:
        """Say it in both languages."""
        super().__init__(code)
        self.code, self.ru, self.en = code, ru, en


def check_mark(reason: str, until: datetime | None, now: datetime) -> None:
    """Refuse a mark of the duty officer without a reason or without a future."""
    if not reason.strip():
        raise Refused("no_reason", "Напишите, почему место отмечено", "Say why the place is marked")
    if len(reason.strip()) > NOTE:
        raise Refused(
            "long_reason", f"Короче: не больше {NOTE} знаков", f"No more than {NOTE} characters"
        )
    if until is not None and until <= now:
        raise Refused("past", "Срок отметки уже прошёл", "The mark would end in the past")


def clusters(
    cries: Iterable[tuple[int, int, int]], p: Parameters
) -> list[tuple[int, int, frozenset[int]]]:
    """Find where enough people report the same trouble of life support close together.

    A cry is (cell of resolution 9, topic, people). A fact tells the cell and not the pin, so
    "within 300 metres" means the cell and its six neighbours, whose centres are 350 m away.
    Returns (middle cell, topic, cells), each crowd once.
    """
    people: dict[tuple[int, int], int] = {}
    for cell, topic, count in cries:
        people[cell, topic] = people.get((cell, topic), 0) + count
    found: list[tuple[int, int, frozenset[int]]] = []
    taken: set[tuple[int, int]] = set()
    for cell, topic in sorted(people, key=lambda key: (-people[key], key)):
        around = _ring(cell)
        here = {near for near in around if (near, topic) in people}
        crowd = sum(people[near, topic] for near in here)
        if crowd >= p.people_min and not any((near, topic) in taken for near in here):
            taken |= {(near, topic) for near in here}
            found.append((cell, topic, frozenset(here)))
    return found


def near(cell: str, other: str) -> bool:
    """Tell whether two cells of a crowd are one crowd's: its middle moves as people join."""
    return other in h3.grid_disk(cell, 2)


def _ring(cell: int) -> list[int]:
    return [int(h3.str_to_int(near)) for near in h3.grid_disk(h3.int_to_str(cell), 1)]


def parents(cells: npt.NDArray[np.int64], resolution: int) -> npt.NDArray[np.int64]:
    """Return the coarser cells that hold these: four bits of an index are its resolution."""
    tail = (1 << (3 * (15 - resolution))) - 1
    return (cells & ~(0xF << 52)) | (resolution << 52) | tail


@dataclass(frozen=True)
class Span:
    """A stretch of time in whole seconds since 1970: from `start`, before `end`."""

    start: int
    end: int

    @property
    def days(self) -> float:
        """Its length."""
        return (self.end - self.start) / 86_400


def comparable(now: Span, first: int, p: Parameters) -> list[Span]:
    """Return the windows of the past to compare with: the latest ones, and the season a year ago.

    A window shorter than a week is compared with the same hours of former weeks. None begins
    before `first`, the oldest message; none overlaps the window itself.
    """
    day, week, length = 86_400, 7 * 86_400, now.end - now.start
    if length <= 0:
        return []
    step = -(-length // week) * week if length <= 4 * week else length
    recent = [
        Span(now.start - n * step, now.end - n * step) for n in range(1, p.season_windows + 1)
    ]
    reach = 365 * day - p.season_halfwidth_days * day
    recent = [span for span in recent if span.start >= now.start - reach] or recent[:1]
    year = 364 * day  # whole weeks: Mondays against Mondays
    half = p.season_halfwidth_days * day
    count = max(1, 2 * half // step)
    season = [
        Span(now.start - year + (n - count // 2) * step, now.end - year + (n - count // 2) * step)
        for n in range(count)
    ]
    oldest = min(span.start for span in recent)
    season = [span for span in season if span.end <= oldest]
    return [span for span in [*recent, *season] if span.start >= first]


def local_midnight(now: datetime) -> datetime:
    """Return the beginning of a local day."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def median(values: Sequence[float], weights: Sequence[int]) -> float | None:
    """Return the middle value where each counts so many times; None of nothing."""
    total = sum(weights)
    if total <= 0:
        return None
    seen = 0
    for value, weight in sorted(zip(values, weights, strict=True)):
        seen += weight
        if seen * 2 >= total:
            return value
    return None  # pragma: no cover  (the weights above add up to the total)
