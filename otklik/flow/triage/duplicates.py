"""Whether two messages are about one and the same trouble: pure, symmetric."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.flow.triage.words import telling
from otklik.ground.kit.geo import metres

if TYPE_CHECKING:
    from datetime import datetime

RADIUS_M = 300.0
WIDE_RADIUS_M = 1500.0
DAYS = 30
SHORT_DAYS = 7
SAME_SUBCATEGORY = 0.7
OTHER_HOUSE = 0.45
OFFERED = 0.4
_HOUSE = re.compile(r"\b(?:дом\w{0,2}|д\.)\s*№?\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Trouble:
    """What is compared of a message. `radius` and `days` are those of its topic."""

    fact: str
    subcategory: str
    lat: float
    lon: float
    at: datetime
    text: str = ""
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
    if radius <= RADIUS_M and _houses_differ(a.text, b.text):
        topic *= OTHER_HOUSE
    score = topic * (0.5 * (1 - distance / radius) + 0.5 * text)
    return Likeness(round(score, 4), round(distance, 1), round(text, 4))


def _houses_differ(a: str, b: str) -> bool:
    """Tell whether both name houses, and none in common."""
    houses_a, houses_b = set(_HOUSE.findall(a)), set(_HOUSE.findall(b))
    return bool(houses_a and houses_b) and not houses_a & houses_b


def _text(a: Trouble, b: Trouble) -> float:
    """Return the likeness of telling words (Dice)."""
    words_a = {root for root, _ in telling(a.text)}
    words_b = {root for root, _ in telling(b.text)}
    together = len(words_a) + len(words_b)
    return 2 * len(words_a & words_b) / together if together else 0.0
