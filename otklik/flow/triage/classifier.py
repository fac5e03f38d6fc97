"""From a text to the facts it may be about: by words and by meaning, against what people wrote."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otklik.flow.triage.embeddings import Embedder, Vectors
from otklik.flow.triage.features import Floats, Lexicon, Row, terms
from otklik.flow.triage.recall import vectors
from otklik.flow.triage.words import gist, telling
from otklik.ground.kit.text import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

# Cosines of e5 lie in a narrow band: unrelated texts near the lower bound.
COSINE_FROM, COSINE_TO = 0.80, 0.95
BEST_SHARE = 0.7
NEAREST = 3


@dataclass(frozen=True)
class Example:
    """A text that is known to be about a fact."""

    fact: str
    text: str


@dataclass(frozen=True)
class Guess:
    """A fact that a text may be about, how sure (0–1) and by what: words and the nearest text."""

    fact: str
    score: float
    words: tuple[str, ...]
    nearest: str


class Classifier:
    """Examples of every fact, ready to be compared with."""

    def __init__(self, examples: Sequence[Example], embedder: Embedder) -> None:
        """Learn the examples; a few seconds with an embedder, an instant without."""
        self.examples = list(examples)
        self.embedder = embedder
        weighted = [terms(example.text) for example in examples]
        self.lexicon = Lexicon.of(weighted)
        self._postings = self._invert([self.lexicon.row(each) for each in weighted])
        self._vectors = vectors(embedder, [example.text for example in examples])
        names = sorted({example.fact for example in examples})
        self.facts = names
        place = {name: number for number, name in enumerate(names)}
        self._owner = np.array([place[example.fact] for example in examples], dtype=np.int64)
        self._telling = self.lexicon.weights()

    def _invert(self, rows: Sequence[Row]) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        found: dict[int, tuple[list[int], list[float]]] = {}
        for owner, row in enumerate(rows):
            for column, value in zip(row.columns.tolist(), row.values.tolist(), strict=True):
                owners, values = found.setdefault(column, ([], []))
                owners.append(owner)
                values.append(value)
        return {
            column: (np.array(owners, dtype=np.int64), np.array(values))
            for column, (owners, values) in found.items()
        }

    def likeness(self, text: str) -> Floats:
        """Return how like each example is, 0–1."""
        short = gist(text, self._telling)
        row = self.lexicon.row(terms(text))
        by_words = np.zeros(len(self.examples))
        for column, value in zip(row.columns.tolist(), row.values.tolist(), strict=True):
            owners, values = self._postings[column]
            by_words[owners] += values * value
        if self._vectors.shape[1] == 0:
            return by_words
        cosine = self._vectors @ self.embedder.embed([short])[0]
        by_meaning = np.clip((cosine - COSINE_FROM) / (COSINE_TO - COSINE_FROM), 0, 1)
        found: Floats = (by_words + by_meaning) / 2
        return found

    def guess(self, text: str, limit: int = 3, without: int = -1) -> list[Guess]:
        """Return the likeliest facts, best first; `without` leaves one example out of account."""
        if not telling(text):
            return []
        like = self.likeness(text)
        if without >= 0:
            like[without] = 0
        scores = np.zeros(len(self.facts))
        order = np.argsort(-like)[:200]
        seen = np.zeros(len(self.facts), dtype=np.int64)
        nearest = np.full(len(self.facts), -1)
        for place in order.tolist():
            owner = self._owner[place]
            if seen[owner] == 0:
                nearest[owner] = place
                scores[owner] += BEST_SHARE * like[place]
            elif seen[owner] < NEAREST:
                scores[owner] += (1 - BEST_SHARE) / (NEAREST - 1) * like[place]
            seen[owner] += 1
        best = [n for n in np.argsort(-scores)[:limit].tolist() if scores[n] > 0]
        roots = dict(telling(text))
        return [self._said(number, scores[number], nearest[number], roots) for number in best]

    def _said(self, number: int, score: float, nearest: int, roots: dict[str, str]) -> Guess:
        example = self.examples[nearest]
        shared = {root for root, _ in telling(example.text)} & roots.keys()
        words = sorted(shared, key=lambda root: -self._telling.get(root, 0))[:4]
        return Guess(
            self.facts[number],
            round(float(score), 4),
            tuple(roots[root].lower() for root in words),
            shortened(example.text, 90),
        )


CERTAIN_SCORE, CERTAIN_LEAD = 0.38, 0.08


def certain(guesses: Sequence[Guess]) -> bool:
    """Tell whether the first guess needs no moderator: like enough, and well before the second."""
    if not guesses:
        return False
    lead = guesses[0].score - (guesses[1].score if len(guesses) > 1 else 0)
    return guesses[0].score >= CERTAIN_SCORE and lead >= CERTAIN_LEAD


_lock = threading.Lock()
_made: dict[tuple[object, ...], Classifier] = {}


def made(key: tuple[object, ...], examples: Sequence[Example], embedder: Embedder) -> Classifier:
    """Return the classifier of these examples, made once in each process."""
    with _lock:
        if key not in _made:
            _made.clear()
            _made[key] = Classifier(examples, embedder)
        return _made[key]


__all__ = ["Classifier", "Example", "Guess", "Vectors", "certain", "made"]
