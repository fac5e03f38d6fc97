"""All rows as columns in this process's memory, kept up with the projection."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import polars as pl
from django.conf import settings
from django.db import connection

from otklik.readers.heatmap.folding import COLUMNS, TIMES, Words
from otklik.readers.heatmap.follower import known_words

SCHEMA: dict[str, type[pl.DataType]] = {
    name: pl.Boolean if name in {"urgent", "life_support", "public"} else pl.Int64
    for name in COLUMNS
}
_SELECT = ", ".join(
    f"COALESCE(EXTRACT(epoch FROM {name})::bigint, 0)" if name in TIMES else name
    for name in COLUMNS
)


@dataclass
class Memory:
    """The rows as they were at `position`; `refresh` brings in those that changed since."""

    frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCHEMA))
    words: Words = field(default_factory=Words)
    position: int = 0
    generation: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self) -> tuple[pl.DataFrame, Words, int]:
        """Read what changed, and return rows, words and position of one moment."""
        with self.lock:
            generation = _generation()
            if generation != self.generation:
                self.frame, self.position = pl.DataFrame(schema=SCHEMA), 0
                self.generation = generation
            changed = _changed(self.position)
            if changed.height:
                self.words = known_words()
                kept = (
                    self.frame.join(changed.select("report"), on="report", how="anti")
                    if self.frame.height
                    else self.frame
                )
                self.frame = pl.concat([kept, changed])
                self.position = int(changed["position"].max())  # type: ignore[arg-type]
            return self.frame, self.words, self.position


def _generation() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value FROM heatmap_heatgeneration WHERE region_id = %s", [settings.REGION]
        )
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def _changed(position: int) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SELECT} FROM heatmap_heatrow WHERE position > %s AND region_id = %s",  # noqa: S608
            [position, settings.REGION],
        )
        rows = cursor.fetchall()
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


memory = Memory()
