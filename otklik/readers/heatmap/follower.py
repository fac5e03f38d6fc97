"""Keeps one narrow row a message, from facts alone."""

from __future__ import annotations

from dataclasses import astuple, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from otklik.journal.following import follower
from otklik.readers.heatmap.folding import (
    COLUMNS,
    TIMES,
    Row,
    Words,
    concerns,
    fold,
)
from otklik.readers.heatmap.models import HeatGeneration, HeatMark, HeatRow, HeatWord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from otklik.journal.reading import Entry

NAME = "heatmap"
NUMBERS = [field.name for field in fields(Row) if field.name not in TIMES]


def reset() -> None:
    """Empty the projection, so that it can be built anew."""
    HeatRow.objects.all().delete()
    HeatWord.objects.all().delete()
    HeatMark.objects.exclude(reason=HeatMark.Reason.MANUAL).delete()
    generation, _ = HeatGeneration.objects.get_or_create(
        region_id=settings.REGION, defaults={"value": 0}
    )
    generation.value += 1
    generation.save()


@follower(NAME, reset=reset)
def heatmap(entries: Sequence[Entry]) -> None:
    """Fold facts into rows: one read and one write a batch."""
    heard = [entry for entry in entries if concerns(entry.kind)]
    if not heard:
        return
    words = known_words()
    rows = stored_rows(heard)
    changed = fold(heard, rows, words)  # type: ignore[arg-type]  # an Entry has a position here
    HeatWord.objects.bulk_create(
        HeatWord(region_id=settings.REGION, kind=kind, number=number, code=code)
        for kind, number, code in words.fresh
    )
    _store(list(changed.values()))


def known_words() -> Words:
    """Return the words numbered so far."""
    words = Words()
    for kind, number, code in HeatWord.objects.filter(region_id=settings.REGION).values_list(
        "kind", "number", "code"
    ):
        words.kinds.setdefault(kind, {})[code] = number
    return words


def stored_rows(entries: Iterable[Entry]) -> dict[int, Row]:
    """Return the rows that some facts speak of, as they are now."""
    reports = {int(entry.data["report"]) for entry in entries}
    found = HeatRow.objects.filter(report__in=reports)
    return {row.report: plain(row) for row in found}


def plain(row: HeatRow) -> Row:
    """Return a stored row as numbers."""
    values: dict[str, Any] = {name: getattr(row, name) for name in NUMBERS}
    for name in TIMES:
        moment = getattr(row, name)
        values[name] = int(moment.timestamp()) if moment else 0
    return Row(**values)


def _store(rows: list[Row]) -> None:
    """Insert or replace rows in one statement."""
    if not rows:
        return
    names = ", ".join(COLUMNS)
    places = ", ".join(["%s"] * (len(COLUMNS) + 1))
    updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS if name != "report")
    values: list[Any] = []
    for row in rows:
        values.append(settings.REGION)
        values += [
            _moment(value) if name in TIMES else value
            for name, value in zip(COLUMNS, astuple(row), strict=True)
        ]
    lines = ", ".join([f"({places})"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO heatmap_heatrow (region_id, {names}) VALUES {lines}"  # noqa: S608  (names are ours)
            f" ON CONFLICT (report) DO UPDATE SET {updates}",
            values,
        )


def _moment(value: int) -> datetime | None:
    return datetime.fromtimestamp(value, UTC) if value else None
