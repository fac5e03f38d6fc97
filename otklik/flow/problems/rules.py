"""What makes many messages one problem, and whether a new one belongs to it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.ground.kit.geo import metres

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, timedelta

CLUSTER = 5
"""So many unanswered messages nearby on one thing are worth a human look."""
DEGREE_M = 111_195.0
SAMPLE = 100
SHARED = 0.3
"""A word that so many of a group's messages hold is the group's own."""
LEAST = 2
"""So many of its words must a message on another topic hold to be of the group."""


@dataclass(frozen=True)
class Sighting:
    """A case as far as it matters here: what, where, when; `reach` is how far its topic spreads."""

    number: str
    topic: str
    subcategory: str
    lat: float
    lon: float
    at: datetime
    reach: float


@dataclass(frozen=True)
class Cluster:
    """Messages that may share a cause: the commonest topic, centre, radius in metres, numbers."""

    topic: str
    lat: float
    lon: float
    radius_m: float
    numbers: tuple[str, ...]
    first: datetime
    last: datetime
    alike: tuple[str, ...] = ()
    """Messages nearby on another topic, or none, that say the same in the same words."""


@dataclass(frozen=True)
class Area:
    """What a problem is about and where; no radius means the whole of `territory`."""

    topic: str
    subcategory: str
    territory: str
    lat: float | None
    lon: float | None
    radius_m: float | None
    since: datetime


def belongs(
    area: Area,
    *,
    topic: str,
    subcategory: str,
    territory: str,
    point: tuple[float, float] | None,
    at: datetime,
    lead: timedelta,
) -> bool:
    """Tell whether a message is about a problem: its thing, its place, not older than `lead`."""
    same = topic == area.topic or bool(subcategory and subcategory == area.subcategory)
    if not same or at < area.since - lead:
        return False
    if area.radius_m is None or area.lat is None or area.lon is None:
        return bool(area.territory) and territory == area.territory
    return point is not None and metres(point, (area.lat, area.lon)) <= area.radius_m


def shared_words(texts: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return the words, as roots, that a group's messages share: held by many, never by one."""
    counts = Counter(word for words in texts for word in words)
    least = max(2, math.ceil(SHARED * len(texts)))
    return frozenset(word for word, count in counts.items() if count >= least)


def says_the_same(words: frozenset[str], shared: frozenset[str]) -> bool:
    """Tell whether a message speaks of what a group speaks of."""
    return len(words & shared) >= LEAST


def clusters(sightings: Iterable[Sighting], minimum: int = CLUSTER) -> list[Cluster]:
    """Return groups of messages on one subcategory, each within reach of another, largest first.

    Linear in the number of messages: a grid of cells so small that all of one cell lie within
    reach of each other, and only the cells around are compared.
    """
    kinds: dict[tuple[str, float], list[Sighting]] = defaultdict(list)
    for each in sightings:
        kinds[each.subcategory or each.topic, each.reach].append(each)
    found = [
        _cluster(group)
        for (_, reach), near in kinds.items()
        for group in _linked(near, reach)
        if len(group) >= minimum
    ]
    return sorted(found, key=lambda each: (-len(each.numbers), each.numbers))


def _linked(sightings: Sequence[Sighting], reach: float) -> Iterator[list[Sighting]]:
    side = reach / math.sqrt(2)
    squeeze = math.cos(math.radians(min(each.lat for each in sightings)))
    cells: dict[tuple[int, int], list[Sighting]] = defaultdict(list)
    for each in sightings:
        north, east = each.lat * DEGREE_M / side, each.lon * DEGREE_M * squeeze / side
        cells[math.floor(north), math.floor(east)].append(each)
    waiting = set(cells)
    for start in sorted(cells):
        if start not in waiting:
            continue
        waiting.discard(start)
        edge, group = [start], list[Sighting]()
        while edge:
            here = edge.pop()
            group += cells[here]
            for there in _around(here) & waiting:
                if _touch(cells[here], cells[there], reach):
                    waiting.discard(there)
                    edge.append(there)
        yield group


def _around(cell: tuple[int, int]) -> set[tuple[int, int]]:
    near = (-2, -1, 0, 1, 2)
    return {(cell[0] + north, cell[1] + east) for north in near for east in near} - {cell}


def _touch(some: Sequence[Sighting], others: Sequence[Sighting], reach: float) -> bool:
    """Compare a bounded sample: in a storm a cell holds thousands at one address."""
    return any(
        metres((a.lat, a.lon), (b.lat, b.lon)) <= reach
        for a in some[:SAMPLE]
        for b in others[:SAMPLE]
    )


def _cluster(group: Sequence[Sighting]) -> Cluster:
    counts: dict[str, int] = defaultdict(int)
    for each in group:
        counts[each.topic] += 1
    lat = sum(each.lat for each in group) / len(group)
    lon = sum(each.lon for each in group) / len(group)
    far = max(metres((lat, lon), (each.lat, each.lon)) for each in group)
    return Cluster(
        topic=max(sorted(counts), key=lambda topic: counts[topic]),
        lat=round(lat, 6),
        lon=round(lon, 6),
        radius_m=round(max(far, group[0].reach)),
        numbers=tuple(sorted(each.number for each in group)),
        first=min(each.at for each in group),
        last=max(each.at for each in group),
    )
