"""How long groups of opinion take.

    python bench/opinions.py                                  2,000 people on 1,000 statements
    python bench/opinions.py --people 10000 --statements 300

Answers are drawn: three camps, noise, six in ten cells not seen. Timed is the product's own run:
the matrix, two axes, two to five groups by fifty seeded k-means, ten redraws for stability. Beside
it in the same run the same through red-dwarf, where it is installed (`pip install red-dwarf`; it is
no dependency of ours): its whole pipeline once, which measures no stability. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from otklik.participation.statements import opinions

CAMPS = 3


def drawn(people: int, statements: int) -> opinions.Votes:
    """Draw answers of three camps."""
    draw = np.random.default_rng(1)
    leaning = draw.normal(0, 1, (CAMPS, statements))
    said = np.sign(
        leaning[draw.integers(0, CAMPS, people)] + draw.normal(0, 1.2, (people, statements))
    )
    said[draw.random(said.shape) < 0.15] = 0
    said[draw.random(said.shape) < 0.6] = np.nan
    return opinions.Votes(tuple(range(people)), tuple(range(statements)), said)


def beside(votes: opinions.Votes) -> float | None:
    """Return the seconds of red-dwarf's pipeline on the same answers; None where it is missing."""
    try:
        from reddwarf.implementations.polis import run_pipeline  # noqa: PLC0415
    except ImportError:
        return None
    listed = [
        {"participant_id": int(row), "statement_id": int(column), "vote": int(value)}
        for (row, column), value in np.ndenumerate(votes.said) if not np.isnan(value)
    ]  # fmt: skip
    start = time.perf_counter()
    run_pipeline(votes=listed)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print one line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--statements", type=int, default=1000)
    asked = parser.parse_args()
    votes = drawn(asked.people, asked.statements)
    start = time.perf_counter()
    found = opinions.opinions(votes)
    took, other = time.perf_counter() - start, beside(votes)
    print(json.dumps({
        "bench": "opinions", "people": asked.people, "statements": asked.statements,
        "seconds": round(took, 2), "groups": found.fit.k if found.fit else 0,
        "stability": round(found.stability, 3),
        "red_dwarf_seconds": round(other, 2) if other is not None else "not installed",
    }))  # fmt: skip


if __name__ == "__main__":
    main()
