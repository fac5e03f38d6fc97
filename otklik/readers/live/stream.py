"""From the state of the map to frames: what changed since the last one, as bytes, built once."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from otklik.readers.heatmap import queries

if TYPE_CHECKING:
    from datetime import datetime

LEVELS = ("territory", "6", "7", "8")
HELD = 2000
Places = dict[str, dict[str, list[Any]]]


@dataclass
class Picture:
    """The whole map at one position."""

    position: int = 0
    places: Places = field(default_factory=dict)
    tiles: dict[str, Any] = field(default_factory=dict)
    worst: list[dict[str, Any]] = field(default_factory=list)
    latest: list[dict[str, Any]] = field(default_factory=list)

    def topics(self) -> dict[str, dict[str, str]]:
        """Return the titles of every topic it names."""
        named = {row[8] for rows in self.places.values() for row in rows.values()}
        return queries.topic_titles(named | {line["topic"] for line in self.latest})


def picture(now: datetime, *, public: bool) -> Picture:
    """Look at the map as it is."""
    seen = queries.view(queries.HeatFilters(), timezone.localtime(now))
    places: Places = {}
    for level in LEVELS:
        found, _ = queries.rows(queries.count(seen, level), seen, public=public)
        places[level] = {row[0]: row for row in found}
    municipalities = list(places["territory"].values())
    red = sum(row[2] == "acute" for row in municipalities)
    return Picture(
        seen.position, places, queries.tiles(seen, red), queries.worst(municipalities),
        queries.latest(seen),
    )  # fmt: skip


def difference(old: Picture, new: Picture, now: datetime) -> dict[str, Any] | None:
    """Return what changed between two pictures, or None."""
    levels = {}
    for level in LEVELS:
        before, after = old.places.get(level, {}), new.places[level]
        rows = [row for name, row in after.items() if before.get(name) != row]
        gone = [name for name in before if name not in after]
        if rows or gone:
            levels[level] = {"rows": rows, "gone": gone}
    more = {
        name: getattr(new, name)
        for name in ("tiles", "worst", "latest")
        if getattr(old, name) != getattr(new, name)
    }
    if not levels and not more:
        return None
    return {
        "as_of": new.position, "at": queries.iso(now), "levels": levels, **more,
        "topics": new.topics(),
    }  # fmt: skip


def whole(new: Picture, now: datetime) -> dict[str, Any]:
    """Return all of a picture."""
    return {
        "as_of": new.position,
        "at": queries.iso(now),
        "levels": {
            level: {"rows": list(rows.values()), "gone": []} for level, rows in new.places.items()
        },
        "tiles": new.tiles,
        "worst": new.worst,
        "latest": new.latest,
        "topics": new.topics(),
    }


def event(name: str, data: dict[str, Any], position: int | None = None) -> bytes:
    """Return one event of a stream as it travels."""
    head = f"id: {position}\n" if position is not None else ""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"{head}event: {name}\ndata: {body}\n\n".encode()


class Channel:
    """One variant of the map: its picture, its snapshot and the frames that led to it."""

    def __init__(self, *, public: bool) -> None:
        """Begin with nothing held."""
        self.public = public
        self.picture: Picture | None = None
        self.snapshot = b""
        self.frames: deque[tuple[int, bytes]] = deque(maxlen=HELD)
        self.since = 0

    def look(self, now: datetime) -> bytes | None:
        """Look anew; return the frame of what changed, if anything did."""
        new = picture(now, public=self.public)
        old, self.picture = self.picture, new
        self.snapshot = event("snapshot", whole(new, now), new.position)
        if old is None:
            self.since = new.position
            return None
        change = difference(old, new, now)
        if change is None:
            return None
        moved = new.position if new.position > old.position else None
        frame = event("frame", change, moved)
        self.frames.append((new.position, frame))
        if len(self.frames) == HELD:
            self.since = self.frames[0][0]
        return frame

    def missed(self, after: int) -> bytes | None:
        """Return all frames after a position, or None if it is not held."""
        if self.picture is None or not self.since <= after <= self.picture.position:
            return None
        return b"".join(frame for position, frame in self.frames if position > after)
