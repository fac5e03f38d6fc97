"""Keeps one narrow row a message, from facts alone."""

from __future__ import annotations

import secrets
from operator import attrgetter
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from otklik.journal.following import follower
from otklik.readers.heatmap.folding import COLUMNS, TIMES, Row, Words, concerns, fold, report_of
from otklik.readers.heatmap.models import HeatGeneration, HeatMark, HeatRow, HeatWord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from otklik.journal.reading import Entry

NAME = "heatmap"
TYPES = (
    dict.fromkeys(COLUMNS, "bigint")
    | dict.fromkeys(TIMES, "bigint")
    | dict.fromkeys(["urgent", "life_support", "public"], "boolean")
)


def reset() -> None:
    """Empty the projection, so that it can be built anew. Marks of the duty officer stay."""
    HeatRow.objects.all().delete()
    HeatWord.objects.all().delete()
    HeatMark.objects.exclude(reason=HeatMark.Reason.MANUAL).delete()
    HeatGeneration.objects.update_or_create(
        region_id=settings.REGION, defaults={"value": secrets.randbits(62)}
    )


@follower(NAME, reset=reset)
def heatmap(entries: Sequence[Entry]) -> None:
    """Fold facts into rows: one read and one write a batch."""
    heard = [e for e in entries if e.region == settings.REGION and concerns(e.kind)]
    if not heard:
        return
    words = known_words()
    rows = stored_rows({report_of(entry) for entry in heard})
    changed = fold(heard, rows, words)
    HeatWord.objects.bulk_create(
        HeatWord(region_id=settings.REGION, kind=kind, number=number, code=code)
        for kind, number, code in words.fresh
    )
    _store(changed.values())


def known_words() -> Words:
    """Return the words numbered so far."""
    words = Words()
    found = HeatWord.objects.filter(region_id=settings.REGION).order_by("number")
    for kind, number, code in found.values_list("kind", "number", "code"):
        words.kinds.setdefault(kind, {})[code] = number
    return words


_READ = ", ".join(
    f"coalesce(extract(epoch FROM {name})::bigint, 0)" if name in TIMES else name
    for name in COLUMNS
)


def stored_rows(reports: Iterable[int]) -> dict[int, Row]:
    """Return the rows of these reports, as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_READ} FROM heatmap_heatrow WHERE report = ANY(%s)",  # noqa: S608
            [list(reports)],
        )
        return {line[0]: Row(*line) for line in cursor.fetchall()}


_GIVEN = ", ".join(f"%s::{TYPES[name]}[]" for name in COLUMNS)
_WRITTEN = ", ".join(
    f"to_timestamp(nullif({name}, 0))" if name in TIMES else name for name in COLUMNS
)
_UPDATED = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS if name != "report")
_STORE = f"""
    INSERT INTO heatmap_heatrow (region_id, {", ".join(COLUMNS)})
    SELECT %s, {_WRITTEN} FROM unnest({_GIVEN}) AS given ({", ".join(COLUMNS)})
    ON CONFLICT (report) DO UPDATE SET {_UPDATED}
"""  # noqa: S608  (the names are ours)
_values = attrgetter(*COLUMNS)


def _store(rows: Iterable[Row]) -> None:
    """Insert or replace rows in one statement."""
    columns = list(zip(*map(_values, rows), strict=True))
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(_STORE, [settings.REGION, *map(list, columns)])
