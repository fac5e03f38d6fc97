"""What triage of one message costs, and how good it is.

    python bench/triage.py            both
    python bench/triage.py cost       milliseconds alone, in about a minute

Every measure is one line of JSON. The cost is that of the product's own classifier, trained on the
region's topics, asked about the demo's messages, which it never saw: text in, three facts with
reasons out. Beside it in the same run, message by message, stands the embedding alone, the bare
minimum for anybody who compares meanings; the ratio is of medians. Quality needs the texts of
tools/evaluate_triage.py, which stay out of the project; without them a line says so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import evaluate_triage  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

MESSAGES = 300
WARM = 20


def messages() -> list[str]:
    """Return messages as people send them: different ones, so that no memory helps."""
    told = yaml.safe_load((ROOT / "data" / "vologda" / "demo_texts.yaml").read_text("utf-8"))
    texts = [text for of_fact in told["texts"].values() for text in of_fact]
    step = max(1, len(texts) // (MESSAGES + WARM))
    filled = [
        text.format(street="улица Мира", house=n % 60, village="Вологда")
        for n, text in enumerate(texts[::step])
    ]
    return list(dict.fromkeys(filled))[: MESSAGES + WARM]


def _spent(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _told(found: list[float]) -> dict[str, float]:
    late = statistics.quantiles(found, n=20)[-1]
    return {"median": round(statistics.median(found), 2), "p95": round(late, 2)}


def cost() -> dict[str, Any]:
    """Return milliseconds of one message: whole, by words alone, and the bare embedding."""
    from otklik.flow.triage.embeddings import Nothing, embedder  # noqa: PLC0415
    from otklik.flow.triage.recall import vectors  # noqa: PLC0415
    from otklik.flow.triage.training import taught  # noqa: PLC0415
    from otklik.flow.triage.words import gist  # noqa: PLC0415

    ours, _ = evaluate_triage.seed()
    engine = embedder()
    began = time.perf_counter()
    model, _ = taught(ours, [], vectors(engine, [each.text for each in ours]), engine.name)
    trained = time.perf_counter() - began
    whole: list[float] = []
    words: list[float] = []
    bare: list[float] = []
    for text in messages():
        bare.append(_spent(lambda t=text: _embed_once(engine, gist(t, model.lexicon.weights))))  # type: ignore[misc]
        words.append(_spent(lambda t=text: model.guess(t, Nothing())))  # type: ignore[misc]
        whole.append(_spent(lambda t=text: model.guess(t, engine)))  # type: ignore[misc]
    found = {
        "triage_ms": _told(whole[WARM:]), "embedding_alone_ms": _told(bare[WARM:]),
        "words_alone_ms": _told(words[WARM:]),
    }  # fmt: skip
    ratio = found["triage_ms"]["median"] / max(1e-9, found["embedding_alone_ms"]["median"])
    return {
        "measure": "triage of one message", "messages": len(whole) - WARM,
        "embeddings": engine.name or "none", "facts": len(model.facts), "examples": len(ours),
        **found, "ratio": round(ratio, 2), "training_s": round(trained, 1),
    }  # fmt: skip


def _embed_once(engine: Any, text: str) -> object:
    """Embed past the engine's memory of recent texts, so that the whole pays for its own."""
    return engine.embed([text, ""])[0] if engine.dimension == 0 else engine._embed_one(text)  # noqa: SLF001


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="?", choices=["cost", "quality", "all"], default="all")
    parser.add_argument("--folder", type=Path, default=evaluate_triage.FOLDER)
    parser.add_argument("--orders", type=int, default=1)
    given = parser.parse_args()
    evaluate_triage.prepare()
    if given.what != "quality":
        print(json.dumps(cost()), flush=True)
    if given.what != "cost":
        for line in evaluate_triage.lines(given.folder, given.orders):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
