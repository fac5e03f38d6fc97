"""Whether two messages are about one and the same trouble: pure, symmetric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.flow.triage.words import telling
from otklik.ground.kit.geo import metres

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.triage.embeddings import Vectors

RADIUS_M = 300.0
WIDE_RADIUS_M = 1500.0
DAYS = 30
SHORT_DAYS = 7
SAME_SUBCATEGORY = 0.7
OFFERED = 0.4
# The cosines of e5 lie in a narrow band: unrelated messages near the lower bound.
COSINE_FROM, COSINE_TO = 0.80, 0.95


@dataclass(frozen=True, eq=False)
class Trouble:
    """What is compared of a message. `radius` and `days` are those of its topic."""

    fact: str
    subcategory: str
    lat: float
    lon: float
    at: datetime
    text: str = ""
    vector: Vectors | None = None
    radius: float = RADIUS_M
    days: int = DAYS


@dataclass(frozen=True)
class Likeness:
    """How alike two troubles are, 0–1, and how far apart."""

    score: float
    distance_m: float
    text: float


def reach(*, life_support: bool) -> tuple[float, int]:
    """Return how far, in metres, and how long, in days, one trouble of a topic spreads.

    A cut of power or heat takes whole blocks and is over within days; a pit stays where it is.
    """
    return (WIDE_RADIUS_M, SHORT_DAYS) if life_support else (RADIUS_M, DAYS)


def likeness(a: Trouble, b: Trouble) -> Likeness | None:
    """Return how alike two troubles are, or None if topic, place or time tell them apart."""
    if a.fact != b.fact and (a.subcategory != b.subcategory or not a.subcategory):
        return None
    distance = metres((a.lat, a.lon), (b.lat, b.lon))
    radius = min(a.radius, b.radius)
    if distance > radius or abs(a.at - b.at).days >= min(a.days, b.days):
        return None
    text = _text(a, b)
    topic = 1.0 if a.fact == b.fact else SAME_SUBCATEGORY
    score = topic * (0.5 * (1 - distance / radius) + 0.5 * text)
    return Likeness(round(score, 4), round(distance, 1), round(text, 4))


def _text(a: Trouble, b: Trouble) -> float:
    """Return the likeness of words (Dice) or of meaning, whichever sees more."""
    words_a = {root for root, _ in telling(a.text)}
    words_b = {root for root, _ in telling(b.text)}
    together = len(words_a) + len(words_b)
    words = 2 * len(words_a & words_b) / together if together else 0.0
    if a.vector is None or b.vector is None or a.vector.shape != b.vector.shape:
        return words
    cosine = float(a.vector @ b.vector)
    meaning = (cosine - COSINE_FROM) / (COSINE_TO - COSINE_FROM)
    return max(words, min(1.0, max(0.0, meaning)))
