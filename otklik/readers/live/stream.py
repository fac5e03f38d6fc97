"""From the state of the map to frames: what changed, built once for everybody."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from otklik.readers.heatmap import queries, wall
from otklik.readers.heatmap.counting import count
from otklik.readers.heatmap.rules import LIVE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import polars as pl

    from otklik.readers.live.topics import Topic

HELD = 2_000
"""Frames that are kept for those who come back."""
WHOLE = ("tiles", "worst", "latest")
FIELDS = list(queries.FIELDS)


@dataclass(frozen=True)
class Picture:
    """The map of one topic at one position."""

    position: int
    timeline: int
    at: str
    places: dict[str, pl.DataFrame]
    tiles: dict[str, Any]
    worst: list[dict[str, Any]]
    latest: list[dict[str, Any]]

    def rows(self, levels: tuple[str, ...]) -> dict[str, dict[str, list[Any]]]:
        """Return every place as the stream tells it."""
        return {level: {"rows": self.places[level].rows(), "gone": []} for level in levels}


@dataclass(frozen=True)
class Change:
    """What one look brought. `moved` tells whether the journal did, or only time passed."""

    position: int
    moved: bool
    at: str
    levels: dict[str, dict[str, list[Any]]]
    more: dict[str, Any]


def picture(topic: Topic, now: datetime) -> Picture:
    """Look at the map as it is. `now` is local."""
    seen = queries.see(topic.filters, now, public=topic.public)
    places = {}
    for level in LIVE_LEVELS:
        table = queries.table(seen, count(seen, level))
        places[level] = queries.visible(table, seen.p) if topic.public else table
    municipalities = places["territory"]
    beside = wall.panel(seen, municipalities, public=topic.public)
    return Picture(
        seen.position, seen.copy.timeline, queries.iso(now), places,
        beside.tiles, beside.worst, beside.latest,
    )  # fmt: skip


def difference(old: Picture, new: Picture) -> Change | None:
    """Return what changed between two pictures, or None."""
    levels = {}
    for level, after in new.places.items():
        before = old.places[level]
        rows = after.join(before, on=FIELDS, how="anti", nulls_equal=True).rows()
        gone = before.join(after, on="cell", how="anti")["cell"].to_list()
        if rows or gone:
            levels[level] = {"rows": rows, "gone": gone}
    more = {name: getattr(new, name) for name in WHOLE if getattr(old, name) != getattr(new, name)}
    moved = new.position > old.position
    return Change(new.position, moved, new.at, levels, more) if levels or more else None


def event(name: str, data: dict[str, Any], position: int | None = None) -> bytes:
    """Return one event of a stream as it travels."""
    head = f"id: {position}\n" if position is not None else ""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"{head}event: {name}\ndata: {body}\n\n".encode()


def fold(changes: list[Change]) -> Change | None:
    """Make one change of several, the later over the earlier."""
    if not changes:
        return None
    levels: dict[str, dict[str, Any]] = {}
    more: dict[str, Any] = {}
    for change in changes:
        more |= change.more
        for level, found in change.levels.items():
            known = levels.setdefault(level, {})
            known |= {row[0]: row for row in found["rows"]}
            known |= dict.fromkeys(found["gone"])
    last = changes[-1]
    merged = {
        level: {
            "rows": [row for row in known.values() if row is not None],
            "gone": [place for place, row in known.items() if row is None],
        }
        for level, known in levels.items()
    }
    return Change(last.position, moved=True, at=last.at, levels=merged, more=more)


@dataclass
class Channel:
    """One topic's picture, and the changes that led to it, in bytes for each choice of levels.

    The tail makes pictures in its own thread; a channel is touched in the loop's thread alone.
    """

    picture: Picture | None = None
    changes: deque[tuple[int, Change]] = field(default_factory=lambda: deque(maxlen=HELD))
    serial: int = 0
    """Counts the changes: two may have one position, when only time passed between them."""
    since: int = 0
    """The oldest position from which the changes are held."""
    since_serial: int = 0
    _snapshots: dict[tuple[str, ...], bytes] = field(default_factory=dict)

    def take(self, new: Picture, change: Change | None) -> None:
        """Accept what the tail found."""
        if self.picture is None or self.picture.timeline != new.timeline:
            self.changes.clear()
            self.serial += 1
            self.since, self.since_serial = new.position, self.serial
        elif change is not None:
            if len(self.changes) == HELD:
                self.since_serial, oldest = self.changes[0]
                self.since = oldest.position
            self.serial += 1
            self.changes.append((self.serial, change))
        self.picture = new
        self._snapshots.clear()

    def snapshot(self, levels: tuple[str, ...]) -> bytes:
        """Return everything, as one event."""
        new = self.picture
        assert new is not None
        if levels not in self._snapshots:
            rows = new.rows(levels)
            data = {
                "as_of": new.position, "at": new.at, "levels": rows,
                **{name: getattr(new, name) for name in WHOLE},
                "topics": _topics(rows, new.worst),
            }  # fmt: skip
            self._snapshots[levels] = event("snapshot", data, new.position)
        return self._snapshots[levels]

    def reset(self, levels: tuple[str, ...]) -> bytes:
        """Say that a position is not held, and give everything."""
        assert self.picture is not None
        return event("reset", {"as_of": self.picture.position}) + self.snapshot(levels)

    def frame(self, change: Change, levels: tuple[str, ...]) -> bytes:
        """Return a change as one event; nothing if it is about other levels only."""
        found = {level: change.levels[level] for level in levels if level in change.levels}
        if not found and not change.more:
            return b""
        named = _topics(found, change.more.get("worst", []))
        data = {"as_of": change.position, "at": change.at, "levels": found, **change.more}
        return event("frame", data | {"topics": named}, change.position if change.moved else None)

    def holds(self, after: int) -> bool:
        """Tell whether all that came after a position is held."""
        return self.picture is not None and self.since <= after <= self.picture.position

    def missed(self, after: int, levels: tuple[str, ...]) -> bytes:
        """Return all that came after a position as one frame."""
        return self._folded(
            (
                change
                for _, change in self.changes
                if change.position > after or (change.position == after and not change.moved)
            ),
            levels,
        )

    def missed_since(self, serial: int, levels: tuple[str, ...]) -> bytes:
        """Return all changes after one that a listener got, as one frame; all if too many."""
        if serial < self.since_serial:
            return self.reset(levels)
        return self._folded((change for n, change in self.changes if n > serial), levels)

    def _folded(self, changes: Iterable[Change], levels: tuple[str, ...]) -> bytes:
        change = fold(list(changes))
        return self.frame(change, levels) if change else b""


def _topics(
    levels: dict[str, dict[str, list[Any]]], worst: list[dict[str, Any]]
) -> dict[str, dict[str, str]]:
    named = [row[-1] for found in levels.values() for row in found["rows"]]
    return queries.topic_titles(named + [line["topic"] for line in worst])
