"""The sets themselves: CSV, Parquet and GeoJSON with a description, replaced whole each night."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from django.utils import timezone

from otklik.readers.opendata import queries, rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

KINDS = {
    "string": pl.String, "date": pl.Date, "boolean": pl.Boolean, "integer": pl.Int64,
    "number": pl.Float64,
}  # fmt: skip


def publish(now: datetime) -> Path:
    """Make every set beside the old ones and put it in their place: readers see all or nothing."""
    place = queries.folder()
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="opendata-", dir=place.parent))
    fresh.chmod(0o755)
    messages = _frame(queries.message_rows(), rules.MESSAGES)
    counts = _frame([rules.suppressed(row) for row in queries.count_rows()], rules.COUNTS)
    columns: dict[str, Sequence[rules.Column]] = {}
    for name, frame, about in (
        ("messages", messages, rules.MESSAGES), ("counts", counts, rules.COUNTS),
    ):  # fmt: skip
        frame.write_csv(fresh / f"{name}.csv")
        frame.write_parquet(fresh / f"{name}.parquet")
        columns |= {f"{name}.csv": about, f"{name}.parquet": about}
    _geojson(messages, fresh / "messages.geojson")
    columns["messages.geojson"] = rules.MESSAGES
    _describe(fresh, columns, now)
    old = place.with_name("opendata-old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    return place


def _frame(rows: Sequence[dict[str, Any]], columns: Sequence[rules.Column]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={each.name: KINDS[each.kind] for each in columns})


def _geojson(messages: pl.DataFrame, path: Path) -> None:
    """Write the messages that have a place, a line each."""
    names = [each.name for each in rules.MESSAGES if each.name not in {"lat", "lon"}]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[')
        between = "\n"
        for row in messages.filter(pl.col("lat").is_not_null()).iter_rows(named=True):
            feature = {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
                "properties": {name: row[name] for name in names},
            }
            file.write(between + json.dumps(feature, ensure_ascii=False, default=str))
            between = ",\n"
        file.write("\n]}\n")


def _describe(place: Path, columns: dict[str, Sequence[rules.Column]], now: datetime) -> None:
    sets = {
        name: {
            "columns": about, "bytes": (place / name).stat().st_size,
            "sha256": hashlib.sha256((place / name).read_bytes()).hexdigest(),
        }
        for name, about in columns.items()
    }  # fmt: skip
    made = timezone.localtime(now).isoformat(timespec="seconds")
    said = rules.package(sets, title=queries.title(), made=made)
    text = json.dumps(said, ensure_ascii=False, indent=1)
    (place / queries.DESCRIPTION).write_text(text, encoding="utf-8")
