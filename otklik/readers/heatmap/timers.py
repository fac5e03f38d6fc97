"""What the map does as time passes: once a minute it looks which places are red and stay so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from otklik.readers.heatmap import rules
from otklik.readers.heatmap.commands import Evaluated, keep_marks
from otklik.readers.heatmap.counting import HeatFilters, count, crowds, see

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.readers.heatmap.counting import Seen


def evaluate(now: datetime) -> None:
    """Evaluate the ordinary map and keep its marks. Running it twice in a minute changes nothing.

    The counting is done before the command, which therefore holds its rows for a moment only.
    """
    seen = see(HeatFilters(), now)
    index: dict[tuple[str, str], float] = {}
    acute: list[tuple[str, str]] = []
    surging: set[tuple[str, str]] = set()
    for level in rules.LIVE_LEVELS:
        counted = count(seen, level)
        index |= {
            (level, name): exact
            for name, exact in zip(counted.names, counted.exact.tolist(), strict=True)
        }
        flooded = counted.surging
        surging |= {(level, counted.names[n]) for n in flooded.nonzero()[0].tolist()}
        red = (counted.acute | flooded).nonzero()[0].tolist()
        acute += [(level, counted.names[n]) for n in red]
    found = [(f"{cell:x}", territory, topic) for cell, territory, topic in crowds(seen)]
    keep_marks(Evaluated(index, acute, found, _crying(seen), surging), now=now)


def _crying(seen: Seen) -> frozenset[tuple[str, str]]:
    lines = seen.copy.counted.rows(
        rules.Span(0, seen.seconds + 1), part="open", condition=pl.col("life_support"),
        columns=["territory", "topic"],
    )  # fmt: skip
    words = seen.copy.words
    return frozenset(
        (words.code("territory", territory), words.code("topic", topic))
        for territory, topic in lines.unique().iter_rows()
    )
