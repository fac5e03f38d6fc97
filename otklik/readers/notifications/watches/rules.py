"""Which places a subscription covers, and when its letter goes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otklik.ground.kit.geo import metres

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CORNERS = (3, 60)
RADII = (300, 1000, 3000, 10_000)
"""Metres around an address that one may choose."""


@dataclass(frozen=True)
class WatchRules:
    """What an administrator sets for subscriptions: `watches` in the region's settings."""

    digest_at: str = "09:00"
    most: int = 20
    confirm_days: int = 3
    listed: int = 30


class Refused(Exception):  # noqa: N818  (a refusal, not an error)
    """Why a subscription cannot be made, in words."""

    def __init__(self, field: str, ru: str, en: str) -> None:
        super().__init__(en)
        self.field, self.ru, self.en = field, ru, en


def ring_of(told: object, bounds: Sequence[float]) -> list[list[float]]:
    """Read a drawn area: corners as [lon, lat]; nothing for what is no area of the region."""
    if not isinstance(told, list) or not CORNERS[0] <= len(told) <= CORNERS[1]:
        return []
    west, south, east, north = bounds
    found = []
    for each in told:
        if not isinstance(each, list) or len(each) != 2:  # noqa: PLR2004
            return []
        if not all(isinstance(value, int | float) for value in each):
            return []
        lon, lat = float(each[0]), float(each[1])
        if not (west <= lon <= east and south <= lat <= north):
            return []
        found.append([round(lon, 6), round(lat, 6)])
    return found


def within(ring: Sequence[Sequence[float]], lat: float, lon: float) -> bool:
    """Tell whether a point lies inside a ring, by how often a ray crosses it."""
    inside = False
    for place, (x, y) in enumerate(ring):
        before_x, before_y = ring[place - 1]
        if (y > lat) != (before_y > lat):
            crosses = x + (lat - y) * (before_x - x) / (before_y - y)
            inside ^= lon < crosses
    return inside


def covers(area: Mapping[str, Any], lat: float | None, lon: float | None, reach: float = 0) -> bool:
    """Tell whether an area holds a point, or what reaches `reach` metres around it."""
    if not area:
        return True
    if lat is None or lon is None:
        return False
    if ring := area.get("ring"):
        near = reach and any(metres((lat, lon), (y, x)) <= reach for x, y in ring)
        return bool(near) or within(ring, lat, lon)
    return bool(metres((lat, lon), (area["lat"], area["lon"])) <= area["radius"] + reach)
