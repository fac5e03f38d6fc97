"""How soon the archive of photos tells which is nearly this one.

    python bench/photos.py                     200 thousand photos
    python bench/photos.py --photos 1000000    a region's archive of some years

Prints are random bits, the worst case for finding none too near; planted among them are copies
changed in 0–44 bits. Asked is the product's own statement over its GIN index and, beside it in the
same run, a look through all prints by the same `bit_count`. One JSON line; the ratio is of medians.
It makes its own PostgreSQL in a temporary directory.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from config import embedded  # noqa: E402
from otklik.flow.answers import likeness  # noqa: E402
from otklik.flow.answers.archive import NEAREST  # noqa: E402

ASKED = 60
WHOLE = """
    SELECT attachment_id, bit_count(bits # %s::bit(256)) AS apart FROM answers_photoprint
     WHERE region_id = %s AND bit_count(bits # %s::bit(256)) <= %s ORDER BY apart LIMIT 20
"""


def fill(database: psycopg.Connection[Any], photos: int) -> np.ndarray:
    """Write so many prints with their keys and return them as rows of sixteen numbers."""
    database.execute(
        "CREATE TABLE answers_photoprint (id bigserial PRIMARY KEY, attachment_id bigint,"
        " region_id text, bits bit(256), segments integer[])"
    )
    rows = np.random.default_rng(1).integers(0, 1 << 16, (photos, 16))
    places = np.arange(16) << 16
    with database.cursor().copy(
        "COPY answers_photoprint (attachment_id, region_id, bits, segments) FROM STDIN"
    ) as copy:
        for number, row in enumerate(rows):
            bits = "".join(f"{part:016b}" for part in row)
            keys = ",".join(map(str, row + places))
            copy.write(f"{number}\tvologda\t{bits}\t{{{keys}}}\n")
    return rows


def ask(database: psycopg.Connection[Any], bits: str, statement: str) -> tuple[float, list[int]]:
    """Return the milliseconds of one question and what was found."""
    most = 44
    values = [bits, likeness.probes(bits), "vologda", bits, most]
    began = time.perf_counter()
    found = database.execute(
        statement, values if statement is NEAREST else [bits, "vologda", bits, most]
    ).fetchall()
    return (time.perf_counter() - began) * 1000, [row[0] for row in found]


def measure(database: psycopg.Connection[Any], photos: int) -> dict[str, Any]:
    """Return what filling, indexing and asking cost, and how much is found."""
    rows = fill(database, photos)
    began = time.perf_counter()
    database.execute("CREATE INDEX photo_segments ON answers_photoprint USING gin (segments)")
    database.execute("ANALYZE answers_photoprint")
    indexed = time.perf_counter() - began
    source = np.random.default_rng(2)
    by_index: list[float] = []
    by_look: list[float] = []
    found: dict[str, list[bool]] = {"0-31": [], "32-44": []}
    for turn in range(ASKED):
        place = int(source.integers(photos))
        bits = list("".join(f"{part:016b}" for part in rows[place]))
        changed = int(source.integers(0, 32) if turn % 2 else source.integers(32, 45))
        for flip in source.choice(256, changed, replace=False):
            bits[flip] = "1" if bits[flip] == "0" else "0"
        spent, hits = ask(database, "".join(bits), NEAREST)
        by_index.append(spent)
        found["0-31" if turn % 2 else "32-44"].append(place in hits)
        if turn < ASKED // 4:
            by_look.append(ask(database, "".join(bits), WHOLE)[0])
    one, other = statistics.median(by_index), statistics.median(by_look)
    return {
        "measure": "one photo against the archive", "photos": photos,
        "index_ms": {"median": round(one, 1), "max": round(max(by_index), 1)},
        "full_look_ms": {"median": round(other, 1)}, "ratio": round(other / one, 1),
        "found": {bits: round(sum(hits) / len(hits), 3) for bits, hits in found.items()},
        "index_built_s": round(indexed, 1),
    }  # fmt: skip


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, default=200_000)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="otklik-photos-"))
    try:
        with psycopg.connect(embedded.start(folder), autocommit=True) as database:
            print(json.dumps(measure(database, given.photos)), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
