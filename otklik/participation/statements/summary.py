"""A run as it is kept and shown: counts, groups, where all groups agree. Pure, over `opinions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from otklik.participation.statements import opinions

if TYPE_CHECKING:
    from collections.abc import Sequence

GRID = 20
"""The map is drawn by squares, so that no dot is a person's own."""


def told(votes: Sequence[tuple[int, int, int]]) -> dict[str, Any]:
    """Return what a run found, ready for JSON."""
    gathered = opinions.gathered(votes)
    found = opinions.opinions(gathered)
    labels, k = (found.fit.labels, found.fit.k) if found.fit and found.shown else (None, 0)
    return {
        "people": len(gathered.people), "members": len(found.members), "shown": found.shown,
        "why": found.why, "stability": round(found.stability, 3),
        "k": found.fit.k if found.fit else 0,
        "sizes": [] if labels is None else np.bincount(labels, minlength=k).tolist(),
        "alike": _without_alike(gathered, found),
        "statements": _statements(gathered, found, k),
        "map": [] if labels is None else _squares(found.places, labels),
    }  # fmt: skip


def _statements(gathered: opinions.Votes, found: opinions.Opinions, k: int) -> list[dict[str, Any]]:
    """Return each statement's counts; by groups, with the least and the mean agreement."""
    counts = opinions.tally(gathered.said)
    said = gathered.said[found.members]
    whole = opinions.agreement(gathered.said, np.zeros(len(gathered.said), dtype=np.int64), 1)[0]
    lines = [
        {"statement": each, "agree": a, "disagree": d, "pass": p, "order": float(share)}
        for each, (a, d, p), share in zip(gathered.statements, counts, whole, strict=True)
    ]
    if not k or found.fit is None:
        return lines
    shares = opinions.agreement(said, found.fit.labels, k)
    least, mean = opinions.consensus(shares)
    groups = [opinions.tally(said[found.fit.labels == each]) for each in range(k)]
    for place, line in enumerate(lines):
        line["least"], line["mean"] = round(float(least[place]), 4), round(float(mean[place]), 4)
        line["groups"] = [list(each[place]) for each in groups]
        line["order"] = float(least[place])
    return lines


def _without_alike(gathered: opinions.Votes, found: opinions.Opinions) -> dict[str, Any]:
    """Return how many agree or disagree with all they answered, and the groups without them."""
    members = gathered.said[found.members]
    alike = opinions.alike(members)
    count = int(alike.sum())
    if not count or found.fit is None:
        return {"count": count}
    rest = opinions.fitted(opinions.placed(members[~alike]))
    if rest is None:
        return {"count": count}
    return {
        "count": count, "k": rest.k, "sizes": np.bincount(rest.labels).tolist(),
        "likeness": round(opinions.likeness(found.fit.labels[~alike], rest.labels), 3),
    }  # fmt: skip


def _squares(places: opinions.Numbers, labels: opinions.Labels) -> list[list[int]]:
    """Return the map: square by square how many of which group stand there."""
    low, high = places.min(axis=0), places.max(axis=0)
    span = np.where(high > low, high - low, 1)
    cells = np.minimum(((places - low) / span * GRID).astype(int), GRID - 1)
    rows, counts = np.unique(np.column_stack([cells, labels]), axis=0, return_counts=True)
    return [[*map(int, row), int(count)] for row, count in zip(rows, counts, strict=True)]
