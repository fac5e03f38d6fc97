"""Small numbers and lone places do not leave, nor what a difference would tell."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from otklik.readers.opendata.rules import FEWEST, coarse, suppressed


def test_a_lone_place_is_not_shown_and_a_shared_one_only_coarsely() -> None:
    together = [(59.2201, 39.8911), (59.2203, 39.8913), (59.2199, 39.8909)]
    assert coarse([*together, (60.5, 40.5), None]) == [(59.22, 39.891)] * 3 + [None, None]
    wide = [(59.221, 39.891), (59.223, 39.893), (59.219, 39.889)]
    assert coarse(wide) == [(59.22, 39.89)] * 3


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_no_small_count_is_told_or_follows_by_subtraction(a: int, b: int, c: int) -> None:
    late, answered, received = sorted((a, b, c))
    row = suppressed({"received": received, "answered": answered, "late": late})
    told = [row[name] for name in ("received", "answered", "late") if row[name] is not None]
    for number in told:
        assert number == 0 or number >= FEWEST
    for whole, part in pairwise(told):
        assert whole - part == 0 or whole - part >= FEWEST
