"""Texts as sparse rows of weighted word stems and pairs of them: TF-IDF, numpy only."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from otklik.flow.triage.words import COMMON, telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
COMMON_WEIGHT = 0.3
PAIR_WEIGHT = 0.5


def terms(text: str, names: frozenset[str] = frozenset()) -> dict[str, float]:
    """Return the terms of a text with their weights: stems, and pairs of neighbouring stems.

    A capitalised word whose stem is in `names` (places) is passed over: where it happened says
    nothing about what happened. At the start of a text a capital says nothing, so it stays.
    """
    found = telling(text)
    kept = [
        stem
        for place, (stem, word) in enumerate(found)
        if not (place and stem in names and word[0].isupper())
    ]
    weights: Counter[str] = Counter()
    for stem in kept:
        weights[stem] += COMMON_WEIGHT if stem in COMMON else 1.0  # type: ignore[assignment]
    for first, second in pairwise(kept):
        weights[f"{first} {second}"] += PAIR_WEIGHT  # type: ignore[assignment]
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
    def of(cls, examples: Iterable[Mapping[str, float]]) -> Lexicon:
        """Count in how many examples each term stands; pairs met once are left out."""
        counted: Counter[str] = Counter()
        size = 0
        for example in examples:
            size += 1
            counted.update(example.keys())
        kept = sorted(t for t, times in counted.items() if times > 1 or " " not in t)
        rarity = [math.log((size + 1) / (counted[term] + 1)) + 1 for term in kept]
        return cls({term: i for i, term in enumerate(kept)}, np.array(rarity, dtype=np.float64))

    def row(self, weights: Mapping[str, float]) -> Row:
        """Return a text's row; what the lexicon does not know is left out."""
        known = [(self.columns[t], w) for t, w in sorted(weights.items()) if t in self.columns]
        columns = np.array([column for column, _ in known], dtype=np.int64)
        values = np.log1p(np.array([weight for _, weight in known], dtype=np.float64))
        values = values * self.rarity[columns] if known else values
        length = float(np.sqrt(values @ values))
        return Row(columns, values / length if length else values)

    def weights(self) -> dict[str, float]:
        """Return how telling each single stem is."""
        return {t: float(self.rarity[c]) for t, c in self.columns.items() if " " not in t}


def products(rows: Sequence[Row], width: int) -> Floats:
    """Return the products of all rows with each other, column by column."""
    owners = np.repeat(np.arange(len(rows)), [len(row.columns) for row in rows])
    columns = np.concatenate([row.columns for row in rows]) if rows else np.zeros(0, np.int64)
    values = np.concatenate([row.values for row in rows]) if rows else np.zeros(0)
    order = np.argsort(columns, kind="stable")
    owners, values = owners[order], values[order]
    bounds = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=width))])
    result = np.zeros((len(rows), len(rows)))
    for start, stop in pairwise(bounds):
        if stop - start == 1:
            result[owners[start], owners[start]] += values[start] ** 2
        elif stop > start:
            mine = owners[start:stop]
            result[np.ix_(mine, mine)] += np.outer(values[start:stop], values[start:stop])
    return result
