"""From a text to the facts it may be about: by words and by meaning, against what people wrote.

Two opinions are added up. The *vote*: the examples most like the text speak for their facts. The
*head*: weights that training found for every word and for every number of a vector, which also
tell a fact from its neighbour. The sum becomes an honest probability. No Django here.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from otklik.flow.triage.embeddings import Vectors
from otklik.flow.triage.features import Floats, Lexicon, Numbers, Row, Table, terms
from otklik.flow.triage.scripts import readings
from otklik.flow.triage.words import gist, telling
from otklik.ground.kit.text import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from otklik.flow.triage.embeddings import Embedder

# Chosen by leaving our own phrases out of the seed; the figures are in docs/explanation/triage.md.
VOTE_MEANING = 0.5
VOTE_SHARES = (0.7, 0.15, 0.15)
CLOSEST = 400
CORRECTION = "correction"


@dataclass(frozen=True)
class Example:
    """A text known to be about a fact: a title, help, synonym, English title, phrase, correction.

    A correction is a citizen's message: it is learnt from, never kept as text and never quoted.
    """

    fact: str
    text: str
    kind: str = "phrase"


@dataclass(frozen=True)
class Guess:
    """A fact that a text may be about, how probable, and by what: words and the nearest text."""

    fact: str
    score: float
    words: tuple[str, ...]
    nearest: str


@dataclass(frozen=True)
class Certainty:
    """How scores become probabilities: a softmax of `heat`, bent by a logistic curve.

    The defaults are those of the vote alone, before a first version was trained.
    """

    heat: float = 20.0
    slope: float = 0.65
    offset: float = -0.25

    def of(self, scores: Floats, prior: Floats | float = 1.0) -> Floats:
        """Return, row by row, how probable each fact is; a `prior` of 0 rules a fact out."""
        chances = softmax(scores * self.heat) * prior
        chances = chances / np.maximum(chances.sum(axis=1, keepdims=True), 1e-9)
        found: Floats = np.where(
            chances > 0, logistic(self.slope * logit(chances) + self.offset), 0
        )
        return found


@dataclass(frozen=True, eq=False)
class Head:
    """What training found: weights of every term and of every number of a vector, for each fact."""

    words: Floats
    meaning: Floats
    constant: Floats


@dataclass(frozen=True, eq=False)
class Model:
    """Examples ready to be compared with, and perhaps a trained head."""

    facts: tuple[str, ...]
    lexicon: Lexicon
    owners: Numbers
    texts: tuple[str, ...]
    table: Table
    centre: Vectors
    vectors: Vectors
    engine: str
    certainty: Certainty = Certainty()
    head: Head | None = None

    def guess(
        self,
        text: str,
        embedder: Embedder | None = None,
        *,
        limit: int = 3,
        prior: Mapping[str, float] | None = None,
    ) -> list[Guess]:
        """Return the likeliest facts, best first; without an embedder, by words alone.

        `prior` makes facts less likely, 0 rules one out. A text of no telling word has none.
        """
        text = self._read(text)
        said = telling(text)
        if not said:
            return []
        mended = self.lexicon.mended(stem for stem, _ in said)
        row = self.lexicon.row(terms([mended[stem] for stem, _ in said]))
        vector = self._vector(text, embedder)
        like = self._likeness(row, vector)
        scores, nearest = vote(like, self.owners, len(self.facts))
        if self.head is not None:
            scores = scores + self._weighed(self.head, row, vector)
        before = np.array([(prior or {}).get(fact, 1.0) for fact in self.facts], dtype=np.float32)
        chances = self.certainty.of(scores[None, :], before)[0]
        best = [n for n in np.argsort(-chances)[:limit].tolist() if chances[n] > 0]
        words = {mended[stem]: word.lower() for stem, word in said}
        return [self._said(n, float(chances[n]), int(nearest[n]), words) for n in best]

    def _read(self, text: str) -> str:
        """Return the reading of a text of which most words are known."""

        def known(reading: str) -> float:
            stems = [stem for stem, _ in telling(reading)]
            return sum(stem in self.lexicon.weights for stem in stems) / max(1, len(stems))

        return max(readings(text), key=known)

    def _vector(self, text: str, embedder: Embedder | None) -> Vectors | None:
        if embedder is None or not self.engine or embedder.name != self.engine:
            return None
        found = centred(embedder.embed([gist(text, self.lexicon.weights)]), self.centre)
        vector: Vectors = found[0]
        return vector

    def _likeness(self, row: Row, vector: Vectors | None) -> Floats:
        """Return how like each example is."""
        like = self.table.times(row)
        if vector is not None and len(vector):
            like += VOTE_MEANING * np.clip(self.vectors @ vector, 0, None)
        return like

    def _weighed(self, head: Head, row: Row, vector: Vectors | None) -> Floats:
        found = head.constant + row.values @ head.words[row.columns]
        return found if vector is None else found + vector @ head.meaning

    def _said(self, fact: int, chance: float, nearest: int, words: Mapping[str, str]) -> Guess:
        own = np.flatnonzero(self.owners == fact).tolist()
        known = {stem for place in own for stem, _ in telling(self.texts[place])}
        weights = self.lexicon.weights
        shared = sorted(known & words.keys(), key=lambda stem: (-weights.get(stem, 0), stem))
        quoted = self.texts[nearest] if nearest >= 0 else ""
        said = tuple(words[stem] for stem in shared[:4])
        return Guess(self.facts[fact], round(chance, 4), said, shortened(quoted, 90))

    def vote_without(self, place: int) -> Floats:
        """Return what the other examples say of one of them."""
        vector = self.vectors[place] if self.vectors.shape[1] else None
        like = self._likeness(self.table.row(place), vector)
        like[place] = 0
        return vote(like, self.owners, len(self.facts))[0]

    def write(self, file: Path) -> None:
        """Write the model as plain arrays; no citizen's text is among them."""
        said = {
            "facts": self.facts, "texts": self.texts, "terms": list(self.lexicon.columns),
            "engine": self.engine, "certainty": astuple(self.certainty),
        }  # fmt: skip
        arrays: dict[str, Any] = {
            "said": np.frombuffer(json.dumps(said, ensure_ascii=False).encode(), dtype=np.uint8),
            "rarity": self.lexicon.rarity,
            "owners": self.owners,
            "starts": self.table.starts,
            "table_owners": self.table.owners,
            "table_values": self.table.values.astype(np.float16),
            "centre": self.centre,
            "vectors": self.vectors.astype(np.float16),
        }
        if self.head is not None:
            arrays["head_words"] = self.head.words.astype(np.float16)
            arrays["head_meaning"] = self.head.meaning.astype(np.float16)
            arrays["head_constant"] = self.head.constant
        with file.open("wb") as out:
            np.savez_compressed(out, **arrays)


def read(file: Path) -> Model:
    """Read what `write` wrote; nothing in a file is ever executed."""
    with np.load(file, allow_pickle=False) as kept:

        def floats(name: str) -> Floats:
            return np.asarray(kept[name], dtype=np.float32)

        said = json.loads(kept["said"].tobytes().decode())
        columns = {term: place for place, term in enumerate(said["terms"])}
        owners: Numbers = kept["owners"]
        table = Table(len(owners), kept["starts"], kept["table_owners"], floats("table_values"))
        trained = "head_words" in kept
        parts = (floats(f"head_{name}") for name in ("words", "meaning", "constant"))
        return Model(
            facts=tuple(said["facts"]),
            lexicon=Lexicon(columns, kept["rarity"]),
            owners=owners,
            texts=tuple(said["texts"]),
            table=table,
            centre=kept["centre"],
            vectors=floats("vectors"),
            engine=said["engine"],
            certainty=Certainty(*said["certainty"]),
            head=Head(*parts) if trained else None,
        )


def softmax(scores: Floats) -> Floats:
    """Return probabilities, row by row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Floats = raised / raised.sum(axis=1, keepdims=True)
    return found


def logit(chances: Floats) -> Floats:
    """Return the logarithm of odds."""
    clipped = np.clip(chances, 1e-6, 1 - 1e-6)
    found: Floats = np.log(clipped / (1 - clipped))
    return found


def logistic(odds: Floats) -> Floats:
    """Return the probability of a logarithm of odds."""
    found: Floats = np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32)
    return found


def centred(vectors: Vectors, centre: Vectors) -> Vectors:
    """Return vectors seen from the middle of all: the cosines of e5 else lie in a narrow band."""
    if vectors.shape[1] == 0:
        return vectors
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return (moved / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def vote(like: Floats, owners: Numbers, facts: int) -> tuple[Floats, Numbers]:
    """Let the examples most like a text speak for their facts: the best one most of all.

    Returns each fact's score and the place of its best example, -1 where none is like.
    """
    scores = np.zeros(facts, dtype=np.float32)
    seen = np.zeros(facts, dtype=np.int32)
    nearest = np.full(facts, -1, dtype=np.int32)
    for place in np.argsort(-like)[:CLOSEST].tolist():
        if like[place] <= 0:
            break
        owner = owners[place]
        if seen[owner] == 0:
            nearest[owner] = place
        if seen[owner] < len(VOTE_SHARES):
            scores[owner] += VOTE_SHARES[seen[owner]] * like[place]
        seen[owner] += 1
    return scores, nearest


def untrained(examples: Sequence[Example], vectors: Vectors, engine: str) -> Model:
    """Return a model that only votes: ready at once."""
    weighted = [terms([stem for stem, _ in telling(each.text)]) for each in examples]
    lexicon = Lexicon.of(weighted, [each.kind != CORRECTION for each in examples])
    facts = tuple(sorted({each.fact for each in examples}))
    place = {fact: number for number, fact in enumerate(facts)}
    centre = np.asarray(vectors.sum(axis=0) / max(1, len(vectors)), dtype=np.float32)
    return Model(
        facts=facts,
        lexicon=lexicon,
        owners=np.array([place[each.fact] for each in examples], dtype=np.int32),
        texts=tuple("" if each.kind == CORRECTION else each.text for each in examples),
        table=Table.of([lexicon.row(found) for found in weighted], len(lexicon.columns)),
        centre=centre,
        vectors=centred(vectors, centre),
        engine=engine if vectors.shape[1] else "",
    )
