"""The columnar copy of the rows: immutable pieces that any thread may question while it grows.

The base lies in the order of time, so that a period is a slice of it and costs only its own length.
A change of a row is two small rows in the ledger: the old one takes away, the new one adds. Every
measure is a sum, so "base − minus + plus" is the present truth; now and then the ledger is pressed
into a new base. Cells are small dense numbers (0 is "no place") and share their column with the
weight of the topic, so that one pass over one column counts both.

Rejected and withdrawn messages lie apart: the map does not count them, and need not look at them.
So do those of closed topics, which no question can reach at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from otklik.readers.heatmap import rules
from otklik.readers.heatmap.folding import Row, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

Part = Literal["frame", "open", "joined", "rated"]

WEIGHT_BITS = 3
WEIGHTS = 1 << WEIGHT_BITS
CHUNK = 1 << 16
"""Rows counted at a time: the widened copy of so many keys stays in the processor's cache."""
SAMPLED = 1_500_000
"""Above so many rows the most frequent topic of a place is found from every n-th row."""

SCHEMA: dict[str, type[pl.DataType]] = {
    "report": pl.Int64,
    "number": pl.UInt32,
    "received_at": pl.UInt32,
    "answered_at": pl.UInt32,
    "closed_at": pl.UInt32,
    "due": pl.UInt32,
    "rated_at": pl.UInt32,
    "topic": pl.UInt16,
    "territory": pl.UInt16,
    "channel": pl.UInt16,
    "status": pl.UInt16,
    "result": pl.UInt16,
    "severity": pl.UInt8,
    "urgent": pl.Boolean,
    "life_support": pl.Boolean,
    "public": pl.Boolean,
    "supports": pl.UInt32,
    "ratings": pl.UInt16,
    "low": pl.UInt16,
    "stars": pl.UInt32,
    "disputes": pl.UInt16,
    "k6": pl.UInt32,
    "k7": pl.UInt32,
    "k8": pl.UInt32,
    "k9": pl.UInt32,
    "kt": pl.UInt32,
    "position": pl.Int64,
}
KEYS = {"6": "k6", "7": "k7", "8": "k8", "9": "k9", "territory": "kt"}
"""The column of each level: number of the place × 8 + weight of the topic."""
PLAIN = tuple(name for name in SCHEMA if name not in KEYS.values())


class Cells:
    """The dense number of every cell that was ever named, a list a resolution; only ever grows."""

    def __init__(self, names: dict[int, Ints] | None = None) -> None:
        """Take the cells by number, number 0 being no place."""
        self._names = names or {level: np.zeros(1, np.int64) for level in rules.CELL_LEVELS}
        self._orders = {level: np.argsort(found) for level, found in self._names.items()}
        self._sorted = {level: self._names[level][order] for level, order in self._orders.items()}
        self._new: dict[int, dict[int, int]] = {level: {} for level in self._names}

    def names(self, level: int) -> Ints:
        """Return the cells of a resolution by number."""
        known, new = self._names[level], self._new[level]
        if not new:
            return known
        return np.concatenate([known, np.fromiter(list(new), np.int64)])

    def size(self, level: int) -> int:
        """How many numbers are given, no place among them."""
        return len(self._names[level]) + len(self._new[level])

    def number(self, level: int, cell: int) -> int:
        """Return the number of a cell, a new one if it was never named."""
        found = self.find(level, cell)
        if found is None:
            found = self._new[level][cell] = self.size(level)
        return found

    def find(self, level: int, cell: int) -> int | None:
        """Return the number of a cell if it was ever named."""
        found = self._new[level].get(cell)
        if found is None:
            place = int(np.searchsorted(self._sorted[level], cell))
            if place < len(self._sorted[level]) and self._sorted[level][place] == cell:
                found = int(self._orders[level][place])
        return found

    @classmethod
    def of(cls, finest: Ints) -> tuple[Cells, dict[int, Ints]]:
        """Number the cells of many rows at once; return also the rows' numbers by resolution."""
        present, places = np.unique(np.append(finest, 0), return_inverse=True)
        rows = places[:-1]
        names, numbers = {9: present}, {9: rows}
        for level in (8, 7, 6):
            coarse = np.where(present > 0, rules.parents(present, level), 0)
            names[level], of_finest = np.unique(coarse, return_inverse=True)
            numbers[level] = of_finest[rows]
        return cls(names), numbers


@dataclass(frozen=True)
class Piece:
    """Some rows that add or take away; those of a base lie in the order of time."""

    frame: pl.DataFrame
    sign: int
    ordered: bool = False

    @cached_property
    def open(self) -> pl.DataFrame:
        """Rows that somebody works on."""
        return self.frame.filter(pl.col("closed_at") == 0)

    @cached_property
    def joined(self) -> pl.DataFrame:
        """Rows that others joined."""
        return self.frame.filter(pl.col("supports") > 0)

    @cached_property
    def rated(self) -> pl.DataFrame:
        """Rows that were rated or rightly disputed."""
        return self.frame.filter((pl.col("ratings") > 0) | (pl.col("disputes") > 0))

    def rows(self, part: Part, span: rules.Span, condition: pl.Expr | None) -> pl.LazyFrame:
        """Return the rows of a part received within a span that satisfy the condition."""
        frame: pl.DataFrame = getattr(self, part)
        if self.ordered:
            times = frame["received_at"].to_numpy()
            edges = np.array([span.start, span.end], dtype=times.dtype)  # or it copies the column
            low, high = (int(edge) for edge in np.searchsorted(times, edges))
            found = frame.slice(low, high - low).lazy()
        else:
            found = frame.lazy().filter(
                pl.col("received_at") >= span.start, pl.col("received_at") < span.end
            )
        return found if condition is None else found.filter(condition)

    @cached_property
    def _by_report(self) -> tuple[Ints, npt.NDArray[np.int32] | None]:
        """The reports in order, and where each lies unless they lie in that order already."""
        reports: Ints = self.frame["report"].to_numpy()
        if (reports[1:] >= reports[:-1]).all():
            return reports, None
        order = np.argsort(reports, kind="stable").astype(np.int32)
        return reports[order], order

    def find(self, reports: Ints) -> pl.DataFrame:
        """Return the rows of these reports, as many as are here."""
        known, order = self._by_report
        if not len(known):
            return self.frame
        places = np.minimum(np.searchsorted(known, reports), len(known) - 1)
        places = places[known[places] == reports]
        found: pl.DataFrame = self.frame[places if order is None else order[places]]
        return found

    def plus(self, rows: pl.DataFrame) -> Piece:
        """Return the piece with more rows at its end."""
        return Piece(pl.concat([self.frame, rows], rechunk=True), self.sign)

    def since(self, height: int) -> Piece:
        """Return the piece without its first rows."""
        return Piece(self.frame.slice(height), self.sign)


def empty() -> pl.DataFrame:
    """Return no rows."""
    return pl.DataFrame(schema=SCHEMA)


@dataclass(frozen=True)
class Side:
    """One half of the copy: a base and its ledger."""

    base: Piece = field(default_factory=lambda: Piece(empty(), 1, ordered=True))
    minus: Piece = field(default_factory=lambda: Piece(empty(), -1))
    plus: Piece = field(default_factory=lambda: Piece(empty(), 1))

    @property
    def pieces(self) -> Iterator[Piece]:
        """Those pieces that hold anything."""
        return (p for p in (self.base, self.minus, self.plus) if p.frame.height)

    @property
    def ledger(self) -> int:
        """How many rows the ledger has."""
        return self.minus.frame.height + self.plus.frame.height

    def changed(self, old: pl.DataFrame, new: pl.DataFrame) -> Side:
        """Return this side after rows changed."""
        return Side(
            self.base,
            self.minus.plus(old) if old.height else self.minus,
            self.plus.plus(new) if new.height else self.plus,
        )

    def pressed(self) -> Piece:
        """Return a new base that holds all this side holds. Slow: minutes' worth of change at once.

        A version of a row is known by its report and its position.
        """
        version = ["report", "position"]
        gone = self.minus.frame.select(version)
        kept, added = (
            frame.join(gone, on=version, how="anti", maintain_order="left")
            for frame in (self.base.frame, self.plus.frame.sort("received_at"))
        )
        merged = kept.merge_sorted(added, key="received_at") if added.height else kept
        return Piece(merged.rechunk(), 1, ordered=True)

    def after_pressing(self, base: Piece, before: Side) -> Side:
        """Return this side upon its new base, keeping what the ledger got meanwhile."""
        return Side(
            base,
            self.minus.since(before.minus.frame.height),
            self.plus.since(before.plus.frame.height),
        )

    def tally(
        self,
        key: str,
        span: rules.Span,
        *,
        places: int,
        condition: pl.Expr | None = None,
        part: Part = "frame",
    ) -> Ints:
        """Count rows: a line a place, a column a weight of the topic (0 is not known yet)."""
        found = np.zeros(places * WEIGHTS, dtype=np.int64)
        for piece in self.pieces:
            keys = piece.rows(part, span, condition).select(key).collect()[key].to_numpy()
            found += piece.sign * _count(keys, places * WEIGHTS)
        return found.reshape(places, WEIGHTS)

    def sums(
        self,
        key: str,
        values: Mapping[str, pl.Expr],
        span: rules.Span,
        *,
        places: int,
        condition: pl.Expr | None = None,
        part: Part = "frame",
    ) -> dict[str, Ints]:
        """Add values up by place; a truth adds one."""
        found = {name: np.zeros(places, dtype=np.int64) for name in values}
        for piece in self.pieces:
            lines = piece.rows(part, span, condition).select(
                (pl.col(key) // WEIGHTS).alias("place"),
                *(value.cast(pl.Float64).alias(name) for name, value in values.items()),
            )
            table = lines.collect()
            place = table["place"].to_numpy()
            for name in values:
                added = np.bincount(place, table[name].to_numpy(), minlength=places)
                found[name] += piece.sign * np.rint(added).astype(np.int64)
        return found

    def height(
        self, span: rules.Span, *, condition: pl.Expr | None = None, part: Part = "frame"
    ) -> int:
        """Count rows, wherever they are."""
        return sum(
            piece.sign * int(piece.rows(part, span, condition).select(pl.len()).collect().item())
            for piece in self.pieces
        )

    def top_topics(
        self,
        key: str,
        span: rules.Span,
        *,
        wanted: npt.NDArray[np.bool_],
        topics: int,
        condition: pl.Expr | None = None,
    ) -> Ints:
        """Return the most frequent topic of each wanted place, 0 where none is known."""
        order = np.where(wanted, np.cumsum(wanted), 0).astype(np.uint32)
        found = np.zeros((int(wanted.sum()) + 1) * topics, dtype=np.int64)
        for piece in self.pieces:
            pair = piece.rows("frame", span, condition).select(key, "topic").collect()
            step = 1 + pair.height // SAMPLED
            places = order[pair[key].to_numpy()[::step] >> np.uint32(WEIGHT_BITS)]
            keys = places * np.uint32(topics) + pair["topic"].to_numpy()[::step]
            found += piece.sign * step * np.bincount(keys, minlength=len(found))
        table = found.reshape(-1, topics)
        table[:, 0] = 0
        best = np.where(table.max(axis=1) > 0, table.argmax(axis=1), 0)
        return np.asarray(np.where(wanted, best[order], 0))

    def rows(
        self,
        span: rules.Span,
        *,
        condition: pl.Expr | None = None,
        part: Part = "frame",
        columns: Sequence[str] = tuple(SCHEMA),
    ) -> pl.DataFrame:
        """Return the rows themselves, in the order of time."""
        version = ["report", "position"]
        wanted = list(dict.fromkeys([*columns, *version, "received_at"]))
        gone = self.minus.rows(part, span, condition).select(version).collect()
        found = []
        for piece in (self.base, self.plus):
            lines = piece.rows(part, span, condition).select(wanted).collect()
            found.append(lines.join(gone, on=version, how="anti") if gone.height else lines)
        return pl.concat(found).sort("received_at", "report").select(columns)


def _count(keys: npt.NDArray[np.uint32], size: int) -> Ints:
    found = np.zeros(size, dtype=np.int64)
    for start in range(0, len(keys), CHUNK):
        found += np.bincount(keys[start : start + CHUNK], minlength=size)
    return found


@dataclass(frozen=True)
class Copy:
    """All rows as they were at one position of the journal."""

    counted: Side
    aside: Side
    secret: Side
    cells: Cells
    words: Words
    closed: frozenset[str]
    """The facts of the closed contour when the rows were parted."""
    position: int = 0
    timeline: int = 0
    """Which reading of the journal this is; see `memory.Memory.timeline`."""

    def places(self, level: str) -> int:
        """How many numbers a level's places take, no place among them."""
        if level == "territory":
            return len(self.words.kinds.get("territory", {})) + 1
        return self.cells.size(int(level))

    @cached_property
    def first(self) -> int | None:
        """When the oldest message came."""
        times = [
            int(piece.frame["received_at"].min())  # type: ignore[arg-type]
            for piece in (self.counted.base, self.counted.plus)
            if piece.frame.height
        ]
        return min(times, default=None)

    @property
    def sides(self) -> tuple[Side, Side, Side]:
        """The rows that count, those of states that do not, and those of the closed contour."""
        return self.counted, self.aside, self.secret

    @property
    def ledger(self) -> int:
        """How many rows the ledgers have."""
        return sum(side.ledger for side in self.sides)


def _uncounted(words: Words) -> frozenset[int]:
    """Return the numbers of the states that do not count."""
    return frozenset(n for code in rules.UNCOUNTED if (n := words.find("status", code)) is not None)


def _secret(words: Words, closed: frozenset[str]) -> frozenset[int]:
    """Return the numbers of the topics of the closed contour."""
    return frozenset(n for code in closed if (n := words.find("topic", code)) is not None)


def frame_of(rows: Sequence[Row], cells: Cells) -> pl.DataFrame:
    """Turn rows into columns."""
    if not rows:
        return empty()
    data: dict[str, list[int | bool]] = {name: [getattr(r, name) for r in rows] for name in PLAIN}
    for level in rules.CELL_LEVELS:
        data[f"k{level}"] = [
            cells.number(level, getattr(row, f"r{level}")) * WEIGHTS + row.severity for row in rows
        ]
    data["kt"] = [row.territory * WEIGHTS + row.severity for row in rows]
    return pl.DataFrame({name: data[name] for name in SCHEMA}, schema=SCHEMA)


def rows_of(frame: pl.DataFrame, cells: Cells) -> list[Row]:
    """Turn columns back into rows."""
    names = {level: cells.names(level) for level in rules.CELL_LEVELS}
    found: list[Row] = []
    for line in frame.iter_rows(named=True):
        row = Row(**{name: line[name] for name in PLAIN})
        row.r6, row.r7, row.r8, row.r9 = (
            names[level][line[f"k{level}"] >> WEIGHT_BITS].item() for level in rules.CELL_LEVELS
        )
        found.append(row)
    return found


def split(
    rows: Iterable[Row], words: Words, closed: frozenset[str]
) -> tuple[list[Row], list[Row], list[Row]]:
    """Part rows as the sides of a copy are parted."""
    apart, secret = _uncounted(words), _secret(words, closed)
    found: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
    for row in rows:
        found[2 if row.topic in secret else row.status in apart].append(row)
    return found


def split_frame(
    frame: pl.DataFrame, words: Words, closed: frozenset[str]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Do the same with columns."""
    apart = pl.col("status").is_in(list(_uncounted(words)))
    secret = pl.col("topic").is_in(list(_secret(words, closed)))
    return (
        frame.filter(~secret & ~apart),
        frame.filter(~secret & apart),
        frame.filter(secret),
    )
