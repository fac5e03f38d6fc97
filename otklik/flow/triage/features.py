"""Texts as sparse rows of weighted word stems and pairs of them: TF-IDF, numpy only."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from otklik.flow.triage.words import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]
COMMON_WEIGHT = 0.3
PAIR_WEIGHT = 0.5
MENDED = 30  # unknown stems of a text that are looked up as slips of the pen
SHORTEST_MENDED = 5
PAIR_TIMES = 2
FOREIGN_TIMES = 3


def terms(stems: Sequence[str]) -> dict[str, float]:
    """Return the terms of a text with their weights: stems, and pairs of neighbouring stems."""
    weights: defaultdict[str, float] = defaultdict(float)
    for stem in stems:
        weights[stem] += COMMON_WEIGHT if stem in COMMON else 1.0
    for first, second in itertools.pairwise(stems):
        weights[f"{first} {second}"] += PAIR_WEIGHT
    return dict(weights)


@dataclass(frozen=True, eq=False)
class Row:
    """A text as columns of a lexicon and values, of length one (or empty)."""

    columns: Numbers
    values: Floats


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The terms known from examples, and how telling each is."""

    columns: Mapping[str, int]
    rarity: Floats

    @classmethod
    def of(cls, texts: Sequence[Mapping[str, float]], ours: Sequence[bool]) -> Lexicon:
        """Count in how many texts each term stands.

        Pairs met once are left out, and so is what only foreign texts hold, unless several do: a
        surname of a citizen's message stays out.
        """
        counted: Counter[str] = Counter()
        common: set[str] = set()
        for text, own in zip(texts, ours, strict=True):
            counted.update(text.keys())
            common.update(text if own else ())
        kept = sorted(
            term
            for term, times in counted.items()
            if times >= (PAIR_TIMES if " " in term else 1)
            and (term in common or times >= FOREIGN_TIMES)
        )
        rarity = [math.log((len(texts) + 1) / (counted[term] + 1)) + 1 for term in kept]
        return cls({term: i for i, term in enumerate(kept)}, np.array(rarity, dtype=np.float32))

    def row(self, weights: Mapping[str, float]) -> Row:
        """Return a text's row; what the lexicon does not know is left out."""
        known = [(self.columns[t], w) for t, w in weights.items() if t in self.columns]
        known.sort()
        columns = np.array([column for column, _ in known], dtype=np.int32)
        values = np.log1p(np.array([weight for _, weight in known], dtype=np.float32))
        values = values * self.rarity[columns]
        length = float(np.sqrt(values @ values))
        return Row(columns, (values / length if length else values).astype(np.float32))

    @cached_property
    def weights(self) -> dict[str, float]:
        """How telling each single stem is."""
        return {
            term: float(self.rarity[column]) * (COMMON_WEIGHT if term in COMMON else 1.0)
            for term, column in self.columns.items()
            if " " not in term
        }

    @cached_property
    def _stems(self) -> list[str]:
        return [stem for stem in self.weights if len(stem) >= SHORTEST_MENDED - 1]

    def mended(self, stems: Iterable[str]) -> dict[str, str]:
        """Return for each stem the known one that is a slip of the pen away, else itself."""
        found: dict[str, str] = {}
        left = MENDED
        for stem in stems:
            found[stem] = stem
            if stem not in self.weights and len(stem) >= SHORTEST_MENDED and left:
                left -= 1
                near = process.extractOne(stem, self._stems, scorer=OSA.distance, score_cutoff=1)
                found[stem] = near[0] if near else stem
        return found


@dataclass(frozen=True, eq=False)
class Table:
    """Many rows, found by column."""

    size: int
    starts: NDArray[np.int64]
    owners: Numbers
    values: Floats

    @classmethod
    def of(cls, rows: Sequence[Row], width: int) -> Table:
        """Turn rows about: for each column, who has it and how much."""
        owners = np.repeat(np.arange(len(rows), dtype=np.int32), [len(r.columns) for r in rows])
        columns = np.concatenate([np.zeros(0, np.int32), *(row.columns for row in rows)])
        values = np.concatenate([np.zeros(0, np.float32), *(row.values for row in rows)])
        order = np.argsort(columns, kind="stable")
        starts = np.zeros(width + 1, dtype=np.int64)
        np.cumsum(np.bincount(columns, minlength=width), out=starts[1:])
        return cls(len(rows), starts, owners[order], values[order])

    def row(self, place: int) -> Row:
        """Return one row."""
        mine = np.flatnonzero(self.owners == place)
        columns = np.searchsorted(self.starts, mine, side="right") - 1
        return Row(columns.astype(np.int32), self.values[mine])

    def times(self, row: Row) -> Floats:
        """Return the product of every row with this one."""
        result = np.zeros(self.size, dtype=np.float32)
        for column, value in zip(row.columns.tolist(), row.values.tolist(), strict=True):
            mine = slice(self.starts[column], self.starts[column + 1])
            result[self.owners[mine]] += self.values[mine] * value
        return result

    def products(self) -> Floats:
        """Return the products of all rows with each other, column by column."""
        result = np.zeros((self.size, self.size), dtype=np.float32)
        for start, stop in zip(self.starts, self.starts[1:], strict=False):
            if stop > start:
                mine, values = self.owners[start:stop], self.values[start:stop]
                result[np.ix_(mine, mine)] += np.outer(values, values)
        return result

    def summed(self, weights: Floats) -> Floats:
        """Return, for each column, the weights of those who have it, times how much they do."""
        result = np.zeros((len(self.starts) - 1, weights.shape[1]), dtype=np.float32)
        for column, (start, stop) in enumerate(zip(self.starts, self.starts[1:], strict=False)):
            result[column] = self.values[start:stop] @ weights[self.owners[start:stop]]
        return result
