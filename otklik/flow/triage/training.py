"""How a model learns, and how good it is: by examples left out of it. No Django here.

The head is a kernel ridge over all examples, solved in closed form; what it would say of an example
left out has a closed form too, so a check costs no second training.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from otklik.flow.triage.features import Floats, Lexicon, Numbers, terms
from otklik.flow.triage.model import (
    CORRECTION,
    Certainty,
    Example,
    Head,
    Model,
    logit,
    softmax,
    untrained,
)
from otklik.flow.triage.words import gist, telling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otklik.flow.triage.embeddings import Vectors

# Chosen by leaving our own phrases out of the seed; the figures are in docs/explanation/triage.md.
WORDS, MEANING, CONSTANT = 0.5, 1.0, 0.05
RIDGE = 0.7
WEIGHTS = {"title": 2.0, "help": 2.0, "synonym": 2.0}
SUGGESTED = 3
CHECKED_PHRASES = 600
CHECKED_CORRECTIONS = 1500
ENOUGH_TO_CALIBRATE = 100


@dataclass(frozen=True, eq=False)
class Checked:
    """What a model says of examples left out of it, one by one: `places` are theirs."""

    places: Numbers
    scores: Floats
    owners: Numbers

    def of(self, wanted: Callable[[int], bool]) -> Checked:
        """Return only some of them, by their places among the examples."""
        rows = [row for row, place in enumerate(self.places.tolist()) if wanted(place)]
        return Checked(self.places[rows], self.scores[rows], self.owners[rows])

    def suggested(self) -> tuple[Numbers, Numbers]:
        """Return the three best facts of each, and which of them is the true one."""
        order = np.argsort(-self.scores, axis=1)[:, :SUGGESTED]
        return order.astype(np.int32), (order == self.owners[:, None]).astype(np.int32)

    def quality(self, certainty: Certainty, certain_from: float) -> dict[str, float | int]:
        """Return how often the first and the first three are right, and the certain ones."""
        if not len(self.places):
            return {"checked": 0, "top1": 0.0, "top3": 0.0}
        right = self.suggested()[1]
        sure = certainty.of(self.scores).max(axis=1) >= certain_from
        return {
            "checked": len(self.places),
            "top1": round(float(right[:, 0].mean()), 4),
            "top3": round(float(right.any(axis=1).mean()), 4),
            "certain": round(float(sure.mean()), 4),
            "certain_right": round(float(right[sure, 0].mean()), 4) if sure.any() else 0.0,
        }


def read_for_meaning(examples: Sequence[Example]) -> list[str]:
    """Return what is embedded of each: of a message, as when it is asked about, the gist."""
    ours = [each.kind != CORRECTION for each in examples]
    said = [terms([stem for stem, _ in telling(each.text)]) for each in examples]
    weights = Lexicon.of(said, ours).weights
    return [
        each.text if own else gist(each.text, weights)
        for each, own in zip(examples, ours, strict=True)
    ]


def taught(
    ours: Sequence[Example], corrections: Sequence[Example], vectors: Vectors, engine: str
) -> tuple[Model, Checked]:
    """Return a model of all examples, and what it says of some, each left out.

    Those are a part of our phrases and the newest corrections; certainty is measured on
    corrections once there are enough, since messages are not written as phrases are.
    """
    examples = [*ours, *corrections]
    phrases = [place for place, each in enumerate(ours) if each.kind == "phrase"]
    step = max(1, len(phrases) // CHECKED_PHRASES)
    newest = range(max(len(ours), len(examples) - CHECKED_CORRECTIONS), len(examples))
    model, checked = trained(
        untrained(examples, vectors, engine), examples, [*phrases[::step], *newest]
    )
    judged = checked.of(lambda place: place >= len(ours))
    enough = len(judged.places) >= ENOUGH_TO_CALIBRATE
    return replace(model, certainty=calibrated(judged if enough else checked)), checked


def trained(
    model: Model, examples: Sequence[Example], places: Sequence[int]
) -> tuple[Model, Checked]:
    """Return the model with a head, and what it says of the examples at `places`, each left out.

    With the kernel's inverse A⁻¹ and weights α, the answer without example i is y − α / A⁻¹ᵢᵢ.
    """
    left = np.array(places, dtype=np.int32)
    kernel = _kernel(model, examples)
    wanted = np.zeros((len(examples), len(model.facts)), dtype=np.float32)
    wanted[np.arange(len(examples)), model.owners] = 1
    single = np.zeros((len(examples), len(left)), dtype=np.float32)
    single[left, np.arange(len(left))] = 1
    solved: Floats = np.linalg.solve(kernel, np.hstack([wanted, single]))
    alpha, inverse = solved[:, : len(model.facts)], solved[:, len(model.facts) :]
    head = Head(
        words=WORDS * model.table.summed(alpha),
        meaning=(MEANING * (model.vectors.T @ alpha)).astype(np.float32),
        constant=(CONSTANT * alpha.sum(axis=0)).astype(np.float32),
    )
    diagonal = inverse[left, np.arange(len(left))][:, None]
    ridge = wanted[left] - alpha[left] / diagonal
    votes = np.array([model.vote_without(place) for place in places]).reshape(ridge.shape)
    scores = (ridge + votes).astype(np.float32)
    return replace(model, head=head), Checked(left, scores, model.owners[left])


def _kernel(model: Model, examples: Sequence[Example]) -> Floats:
    kernel = WORDS * model.table.products() + np.float32(CONSTANT)
    if model.vectors.shape[1]:
        kernel += MEANING * (model.vectors @ model.vectors.T)
    importance = np.array([WEIGHTS.get(each.kind, 1.0) for each in examples], dtype=np.float32)
    kernel[np.diag_indices_from(kernel)] += RIDGE / importance
    return kernel


def calibrated(checked: Checked) -> Certainty:
    """Return how scores become honest probabilities: of ten guesses at 0.8, eight are right."""
    rows = np.arange(len(checked.places))

    def surprise(heat: float) -> float:
        true = softmax(checked.scores * heat)[rows, checked.owners]
        return float(-np.log(true + 1e-9).mean())

    heat = min(np.linspace(2, 40, 39).tolist(), key=surprise)
    best, right = checked.suggested()
    odds = logit(np.take_along_axis(softmax(checked.scores * heat), best, axis=1))
    slope, offset = _logistic_fit(odds.ravel().astype(np.float64), right.ravel())
    return Certainty(heat, slope, offset)


def _logistic_fit(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return slope and offset of the likeliest logistic curve: Newton in steps of one at most.

    It is held back towards the odds as they are, as by one example each way.
    """
    known = np.stack([x, np.ones_like(x)], axis=1)
    start = np.array([1.0, 0.0])
    found = start
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(known @ found, -30, 30)))
        slant = known.T @ (chance - y) + (found - start)
        bend = (known * (chance * (1 - chance))[:, None]).T @ known + np.eye(2)
        step = np.linalg.solve(bend, slant)
        found = found - step / max(1.0, float(np.abs(step).max()))
    return float(np.clip(found[0], 0.1, 3.0).round(4)), float(np.clip(found[1], -4, 4).round(4))
