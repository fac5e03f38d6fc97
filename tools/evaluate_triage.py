"""Measure triage on texts that others wrote and that stay out of the project.

    python tools/evaluate_triage.py [--orders 3] [FOLDER with appeals.jsonl]

One JSON line for each number of corrections: how often the true fact is the first suggestion, and
among the three. It needs no database: the topics are read from data/vologda, and what is asked is
the very code that the product runs. Corrections are the folder's own texts in a random order (the
mean of several); the same last texts of each order are always asked about and never learnt from.
Its themes are mapped to our facts by hand in data/evaluation/kursk_themes.csv. Never tune by it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT.parent / "shared" / "data" / "kursk-appeals"
MAPPING = ROOT / "data" / "evaluation" / "kursk_themes.csv"
CORRECTIONS = (0, 100, 400, 1200)
CERTAIN = 0.8

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from otklik.flow.triage.embeddings import Embedder, Vectors
    from otklik.flow.triage.model import Example, Model


def prepare() -> None:
    """Let the product's modules be imported without a database."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-measuring")
    os.environ.setdefault("OTKLIK_DATA", tempfile.mkdtemp(prefix="otklik-evaluate-"))
    import django  # noqa: PLC0415

    django.setup()


def seed() -> tuple[list[Example], dict[str, str]]:
    """Return the texts of the topics in the region's files, and the category of each fact."""
    from otklik.flow.triage.classifier import said_of  # noqa: PLC0415
    from otklik.ground.territories.region_files import Folder  # noqa: PLC0415
    from otklik.ground.topics import loading  # noqa: PLC0415

    rows = [row.data for row in loading.read(Folder(ROOT / "data" / "vologda"))["topics"]]
    above = {row["code"]: row["parent"] for row in rows}
    facts = [row for row in rows if row["level"] == "fact"]
    examples = [each for row in facts for each in said_of(SimpleNamespace(**row))]  # type: ignore[arg-type]
    return examples, {row["code"]: above[above[row["code"]]] for row in facts}


def messages(folder: Path) -> list[Example]:
    """Return the folder's texts as corrections: each with the fact that its theme is mapped to."""
    from otklik.flow.triage.model import CORRECTION, Example  # noqa: PLC0415
    from otklik.ground.kit.text import mask  # noqa: PLC0415

    with MAPPING.open(encoding="utf-8") as stream:
        facts = {line["theme"]: line["fact"] for line in csv.DictReader(stream)}
    lines = (folder / "appeals.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        Example(facts[row["topic"]], mask(row["text"]), CORRECTION)
        for row in rows
        if row["topic"] in facts
    ]


class Remembering:
    """The product's engine, asked about each text once in the whole measurement."""

    def __init__(self, engine: Embedder) -> None:
        """Take the engine."""
        self.engine, self.name, self.dimension = engine, engine.name, engine.dimension
        self.known: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each text."""
        import numpy as np  # noqa: PLC0415

        fresh = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(fresh, self.engine.embed(fresh), strict=True))
        return np.stack([self.known[text] for text in texts])


@dataclass
class Evaluation:
    """The seed and the messages with their vectors, ready for any number of corrections."""

    ours: list[Example]
    categories: Mapping[str, str]
    theirs: list[Example]
    vectors: Vectors
    engine: Embedder

    @classmethod
    def of(cls, folder: Path) -> Evaluation:
        """Read all that is needed; about a minute for the messages' vectors."""
        from otklik.flow.triage.embeddings import embedder  # noqa: PLC0415
        from otklik.flow.triage.recall import vectors  # noqa: PLC0415
        from otklik.flow.triage.training import read_for_meaning  # noqa: PLC0415

        ours, categories = seed()
        theirs = messages(folder)
        engine = Remembering(embedder())
        found = vectors(engine, read_for_meaning([*ours, *theirs]))
        return cls(ours, categories, theirs, found, engine)

    def taught(self, learnt: Sequence[int]) -> Model:
        """Return the model that learnt from these messages."""
        from otklik.flow.triage import training  # noqa: PLC0415

        places = [*range(len(self.ours)), *(len(self.ours) + n for n in learnt)]
        corrections = [self.theirs[n] for n in learnt]
        model, _ = training.taught(self.ours, corrections, self.vectors[places], self.engine.name)
        return model

    def quality(self, model: Model, asked: Sequence[int]) -> dict[str, float]:
        """Return the shares of right answers about these messages."""
        first = three = category = sure = sure_right = 0
        for each in (self.theirs[n] for n in asked):
            guesses = model.guess(each.text, self.engine)
            facts = [guess.fact for guess in guesses]
            right = facts[:1] == [each.fact]
            first += right
            three += each.fact in facts
            category += bool(facts) and self.categories[facts[0]] == self.categories[each.fact]
            if guesses and guesses[0].score >= CERTAIN:
                sure += 1
                sure_right += right
        total = len(asked)
        return {
            "top_1": first / total, "top_3": three / total, "category": category / total,
            "certain": sure / total, "right_when_certain": sure_right / max(1, sure),
        }  # fmt: skip


def lines(folder: Path, orders: int) -> Iterator[dict[str, Any]]:
    """Yield a line for each number of corrections, or one that says what is missing."""
    file = folder / "appeals.jsonl"
    if not file.exists():
        yield {"measure": "triage quality", "skipped": f"there is no {file}"}
        return
    evaluation = Evaluation.of(folder)
    size = len(evaluation.theirs)
    asked = size - max(CORRECTIONS)
    plain = evaluation.taught([])
    yield _line(0, size, 1, [evaluation.quality(plain, range(size))])
    shuffled = [random.Random(n).sample(range(size), size) for n in range(orders)]
    for count in CORRECTIONS:
        found = [
            evaluation.quality(evaluation.taught(order[:count]) if count else plain, order[-asked:])
            for order in shuffled
        ]
        yield _line(count, asked, orders, found)


def _line(
    corrections: int, texts: int, orders: int, found: Sequence[dict[str, float]]
) -> dict[str, Any]:
    means = {name: round(statistics.fmean(f[name] for f in found), 3) for name in found[0]}
    told = {"corrections": corrections, "texts": texts, "orders": orders}
    return {"measure": "triage quality", **told, **means}


def main() -> None:
    """Print a line for each measure as it is made."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--orders", type=int, default=3)
    given = parser.parse_args()
    prepare()
    for line in lines(given.folder, given.orders):
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
