"""Measure triage on texts that others wrote and that stay out of the project.

    python tools/evaluate_triage.py [FOLDER with appeals.jsonl]

Prints one JSON line: how often the true fact is the first of three suggestions, and among them.
The folder's themes are mapped to our facts in data/evaluation/kursk_themes.csv. Never tune by it.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = ROOT.parent / "shared" / "data" / "kursk-appeals"


def main() -> None:
    """Measure, or say politely that there is nothing to measure on."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    file = folder / "appeals.jsonl"
    if not file.exists():
        print(json.dumps({"measure": "triage quality", "skipped": "no texts here"}))
        return
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.cli import prepare  # noqa: PLC0415

    prepare()
    import django  # noqa: PLC0415

    django.setup()
    from otklik.flow.triage.classifier import certain  # noqa: PLC0415
    from otklik.flow.triage.queries import current  # noqa: PLC0415

    with (ROOT / "data/evaluation/kursk_themes.csv").open() as stream:
        facts = {line["theme"]: line["fact"] for line in csv.DictReader(stream)}
    machine = current()
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    known = [row for row in rows if row["topic"] in facts]
    first = third = sure = sure_right = 0
    for row in known:
        guesses = machine.guess(row["text"])
        codes, true = [guess.fact for guess in guesses], facts[row["topic"]]
        first += codes[:1] == [true]
        third += true in codes
        if certain(guesses):
            sure += 1
            sure_right += codes[0] == true
    total = len(known)
    answer = {
        "measure": "triage quality, no training", "texts": total, "facts": len(machine.facts),
        "embeddings": machine.embedder.name, "top_1": round(first / total, 3),
        "top_3": round(third / total, 3), "certain": round(sure / total, 3),
        "right_when_certain": round(sure_right / max(1, sure), 3),
    }  # fmt: skip
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
