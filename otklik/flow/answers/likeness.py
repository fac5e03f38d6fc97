"""Which texts and which prints are nearly the same: pure arithmetic over words and bits."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from otklik.ground.kit.text import stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHINGLE = 3
HASHES, ROWS = 64, 4
"""Sixteen bands of four: of texts 70 % alike 99 in 100 meet in a band, of 30 % one in 8."""
PRIME = (1 << 31) - 1
SEGMENT = 16
Shingles = frozenset[int]


def shingles(text: str) -> Shingles:
    """Return the runs of three stems of a text, as numbers."""
    return frozenset(_runs(stems(text)))


def _runs(found: list[str]) -> Iterator[int]:
    for place in range(len(found) - SHINGLE + 1):
        yield zlib.crc32(" ".join(found[place : place + SHINGLE]).encode())


def alike(one: Shingles, other: Shingles) -> float:
    """Return how much two texts share, 0 to 1 (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0


def template_share(text: str, known: Shingles) -> float:
    """Return what share of a text's words stands in runs that templates hold."""
    found = stems(text)
    if not found:
        return 0.0
    covered = [False] * len(found)
    for place, run in enumerate(_runs(found)):
        if run in known:
            covered[place : place + SHINGLE] = [True] * SHINGLE
    return sum(covered) / len(found)


@cache
def _permutations() -> tuple[np.ndarray, np.ndarray]:
    source = np.random.default_rng(1802)
    return source.integers(1, PRIME, HASHES), source.integers(0, PRIME, HASHES)


def bands(found: Iterable[int]) -> list[int]:
    """Return the keys under which texts alike are likely to meet (MinHash, banded)."""
    values = np.array(sorted(found), dtype=np.int64) % PRIME
    if not values.size:
        return []
    factors, terms = _permutations()
    least = ((values[:, None] * factors + terms) % PRIME).min(axis=0)
    return [
        zlib.crc32(bytes([place]) + least[place * ROWS : (place + 1) * ROWS].tobytes()) - (1 << 31)
        for place in range(HASHES // ROWS)
    ]


def distance(one: str, other: str) -> int:
    """Return in how many bits two prints differ."""
    return (int(one, 2) ^ int(other, 2)).bit_count()


def segments(bits: str) -> list[int]:
    """Return a print's sixteen keys: its sixteen bits, with their place above them."""
    parts = (bits[start : start + SEGMENT] for start in range(0, len(bits), SEGMENT))
    return [place << SEGMENT | int(part, 2) for place, part in enumerate(parts)]


def probes(bits: str) -> list[int]:
    """Return a print's keys and all that differ from one of them in a single bit."""
    return [key ^ flip for key in segments(bits) for flip in (0, *(1 << n for n in range(SEGMENT)))]
