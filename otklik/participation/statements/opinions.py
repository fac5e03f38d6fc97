"""Groups of opinion: votes into a matrix, two axes, groups, how stable they are, where they agree.

Deterministic: rows and columns stand in the order of their keys, restarts are drawn from a seed,
nothing is remembered from one run to the next. docs/explanation/opinions.md says it in words.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Labels = NDArray[np.int64]

VERSION = "1"
SEED, RESTARTS, REDRAWS, STEPS = 62, 50, 10, 100
KEPT = 0.8
"""The share of members in each draw that stability is measured on."""
ENOUGH, AXES, MOST_GROUPS = 7, 2, 5
MEMBERS, SMALLEST, SMALLEST_SHARE, STABLE = 50, 5, 0.05, 0.8
CHUNK = 500
BLOCK, TURNS, STILL = 8, 300, 1e-13


@dataclass(frozen=True)
class Votes:
    """Who said what: 1 agree, -1 disagree, 0 pass, nan not seen."""

    people: tuple[Any, ...]
    statements: tuple[Any, ...]
    said: Numbers


@dataclass(frozen=True)
class Fit:
    """Groups as they came out; the first is the largest."""

    labels: Labels
    k: int
    silhouette: float


@dataclass(frozen=True)
class Opinions:
    """What a run found: its members' places and groups, and whether groups may be shown."""

    members: Labels
    places: Numbers
    fit: Fit | None
    stability: float
    shown: bool
    why: str


def gathered(events: Iterable[tuple[Any, Any, int]]) -> Votes:
    """Return votes as a matrix; of several of one person on one statement the last counts."""
    last = {(person, statement): value for person, statement, value in events}
    people = tuple(sorted({person for person, _statement in last}))
    statements = tuple(sorted({statement for _person, statement in last}))
    row = {each: place for place, each in enumerate(people)}
    column = {each: place for place, each in enumerate(statements)}
    said = np.full((len(people), len(statements)), np.nan)
    for (person, statement), value in last.items():
        said[row[person], column[statement]] = value
    return Votes(people, statements, said)


def tally(said: Numbers) -> list[tuple[int, int, int]]:
    """Return for each statement how many agree, disagree, pass."""
    counted = [(said == value).sum(axis=0) for value in (1, -1, 0)]
    return [(int(a), int(d), int(p)) for a, d, p in zip(*counted, strict=True)]


def members_of(said: Numbers) -> Labels:
    """Return the rows that are placed: those who answered seven statements, or all there are."""
    enough = min(ENOUGH, said.shape[1])
    return np.flatnonzero((~np.isnan(said)).sum(axis=1) >= max(enough, 1))


def alike(said: Numbers) -> NDArray[np.bool_]:
    """Tell of each row whether it agrees with all it answered, or disagrees with all."""
    seen = ~np.isnan(said)
    one = [((said == value) | ~seen).all(axis=1) for value in (1, -1)]
    answer: NDArray[np.bool_] = (one[0] | one[1]) & seen.any(axis=1)
    return answer


def placed(said: Numbers) -> Numbers:
    """Return each row's place on the two axes along which answers differ most.

    What one has not seen stands at its statement's mean; a row of few answers is pushed outwards by
    the root of how few, so that it does not stand in the middle for want of answers.
    """
    seen = ~np.isnan(said)
    count = np.maximum(seen.sum(axis=0), 1)
    mean = np.where(seen, said, 0).sum(axis=0) / count
    centred = np.where(seen, said - mean, 0.0)
    axes = _axes(centred)
    scale = np.sqrt(said.shape[1] / np.maximum(seen.sum(axis=1), 1))
    found: Numbers = (centred @ axes) * scale[:, None]
    return found


def _axes(centred: Numbers) -> Numbers:
    """Return the main axes, each turned so that its largest part is positive.

    A block of vectors is turned towards the largest ones until they stand still: for two axes of a
    thousand that is several times quicker than finding them all.
    """
    columns = centred.shape[1]
    block = min(BLOCK, columns)
    spread = centred.T @ centred
    grid = np.arange(1, columns + 1)[:, None] * np.arange(1, block + 1)
    basis, _upper = np.linalg.qr(np.cos(grid))
    before = np.zeros(block)
    for _turn in range(TURNS):
        basis, _upper = np.linalg.qr(spread @ basis)
        values, turned = np.linalg.eigh(basis.T @ spread @ basis)
        if np.abs(values - before)[-AXES:].max() <= STILL * max(values[-1], STILL):
            break
        before = values
    axes = (basis @ turned)[:, ::-1][:, :AXES]
    largest = np.abs(axes).argmax(axis=0)
    signs = np.sign(axes[largest, np.arange(axes.shape[1])])
    found: Numbers = axes * np.where(signs == 0, 1, signs)
    return found


# --- Groups ---------------------------------------------------------------------------------------


def _distances(places: Numbers, centres: Numbers) -> Numbers:
    """Return the squares of distances; one axis at a time, which is kind to memory."""
    found: Numbers = np.zeros((len(places), len(centres)))
    for axis in range(places.shape[1]):
        found += (places[:, axis, None] - centres[None, :, axis]) ** 2
    return found


def _begun(places: Numbers, k: int, draw: random.Random) -> Numbers:
    """Draw first centres far from each other (k-means++)."""
    chosen = [draw.randrange(len(places))]
    nearest = _distances(places, places[chosen])[:, 0]
    while len(chosen) < k:
        total = float(nearest.sum())
        spot = draw.random() * total
        place = int(np.searchsorted(np.cumsum(nearest), spot)) if total else len(chosen)
        chosen.append(min(place, len(places) - 1))
        nearest = np.minimum(nearest, _distances(places, places[chosen[-1:]])[:, 0])
    return places[chosen]


def _settled(places: Numbers, centres: Numbers) -> tuple[Labels, float]:
    """Move centres to the middle of what is nearest to them until nothing moves."""
    labels = np.full(len(places), -1)
    for _step in range(STEPS):
        apart = _distances(places, centres)
        new = apart.argmin(axis=1)
        if (new == labels).all():
            break
        labels = new
        for each in range(len(centres)):
            own = places[labels == each]
            if len(own):
                centres[each] = own.mean(axis=0)
    return labels, float(_distances(places, centres)[np.arange(len(places)), labels].sum())


def grouped(places: Numbers, k: int, restarts: int = RESTARTS) -> Labels:
    """Return the best of several seeded k-means; groups are numbered from the largest."""
    draw, best, least = random.Random(f"{SEED}:{k}"), None, np.inf
    for _restart in range(restarts):
        labels, spread = _settled(places, _begun(places, k, draw).copy())
        if spread < least - 1e-9:
            best, least = labels, spread
    assert best is not None
    sizes = np.bincount(best, minlength=k)
    order = sorted(range(k), key=lambda each: (-sizes[each], each))
    renamed = np.empty(k, dtype=np.int64)
    renamed[order] = np.arange(k)
    found: Labels = renamed[best]
    return found


def silhouette(places: Numbers, labels: Labels) -> float:
    """Return the mean silhouette: how much nearer one's own group is than the next."""
    k, own = int(labels.max()) + 1, np.arange(len(places))
    sizes = np.bincount(labels, minlength=k)
    member = np.eye(k)[labels]
    mean = np.empty((len(places), k))
    for start in range(0, len(places), CHUNK):
        apart = np.sqrt(_distances(places[start : start + CHUNK], places))
        mean[start : start + CHUNK] = apart @ member
    inside = mean[own, labels] / np.maximum(sizes[labels] - 1, 1)
    outside = mean / np.maximum(sizes, 1)
    outside[own, labels] = np.inf
    outside[:, sizes == 0] = np.inf
    near = outside.min(axis=1)
    both = np.maximum(inside, near)
    value = np.where((sizes[labels] > 1) & (both > 0), (near - inside) / np.where(both, both, 1), 0)
    return float(value.mean())


def fitted(places: Numbers, restarts: int = RESTARTS) -> Fit | None:
    """Return the number of groups with the best silhouette; None where there is nothing to part."""
    most = min(MOST_GROUPS, 2 + len(places) // 12)
    distinct = len(np.unique(places.round(9), axis=0))
    found = []
    for k in range(2, min(most, distinct) + 1):
        labels = grouped(places, k, restarts)
        if len(np.unique(labels)) == k:
            found.append(Fit(labels, k, silhouette(places, labels)))
    return max(found, key=lambda each: (each.silhouette, -each.k), default=None)


def likeness(one: Labels, other: Labels) -> float:
    """Return the adjusted Rand index of two groupings: 1 the same, about 0 by chance."""
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)

    def pairs(counts: Numbers) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    every = len(one) * (len(one) - 1) / 2
    chance = rows * columns / every if every else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def stability(said: Numbers, fit: Fit) -> float:
    """Return how alike the groups come out again when a fifth of the members is left out."""
    draw, found = random.Random(f"{SEED}:draws"), []
    for _redraw in range(REDRAWS):
        rows = np.array(sorted(draw.sample(range(len(said)), max(int(len(said) * KEPT), fit.k))))
        again = grouped(placed(said[rows]), fit.k, RESTARTS // 5)
        found.append(likeness(fit.labels[rows], again))
    return sum(found) / len(found)


def opinions(votes: Votes) -> Opinions:
    """Return groups of those who answered enough, and whether they may be shown."""
    members = members_of(votes.said)
    said = votes.said[members]
    said = said[:, (~np.isnan(said)).any(axis=0)]
    if len(members) < MEMBERS:
        return Opinions(members, np.zeros((len(members), AXES)), None, 0.0, False, "few")
    places = placed(said)
    fit = fitted(places)
    if fit is None:
        return Opinions(members, places, None, 0.0, False, "none")
    steady = stability(said, fit)
    smallest = int(np.bincount(fit.labels).min())
    why = ""
    if smallest < max(SMALLEST, SMALLEST_SHARE * len(members)):
        why = "small"
    elif steady < STABLE:
        why = "unstable"
    return Opinions(members, places, fit, steady, not why, why)


# --- Where they agree -----------------------------------------------------------------------------


def agreement(said: Numbers, labels: Labels, k: int) -> Numbers:
    """Return for each group and statement (agree + 1) / (seen + 2); a pass is seen."""
    found = np.empty((k, said.shape[1]))
    for each in range(k):
        own = said[labels == each]
        found[each] = ((own == 1).sum(axis=0) + 1) / ((~np.isnan(own)).sum(axis=0) + 2)
    return found


def consensus(shares: Numbers) -> tuple[Numbers, Numbers]:
    """Return for each statement the least and the geometric mean of agreement over groups."""
    least: Numbers = shares.min(axis=0)
    mean: Numbers = np.exp(np.log(shares).mean(axis=0))
    return least, mean
