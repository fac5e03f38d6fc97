"""Keeps one row a message, from facts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from otklik.journal.following import follower
from otklik.readers.statistics.folding import concerns, fold, report_of
from otklik.readers.statistics.models import StatRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry

NAME = "statistics"
COLUMNS = [
    field.name
    for field in StatRow._meta.concrete_fields  # noqa: SLF001  (Django's own way)
    if field.name not in {"report", "region"}
]


def reset() -> None:
    """Empty the projection, so that it can be built anew."""
    StatRow.objects.all().delete()


@follower(NAME, reset=reset)
def statistics(entries: Sequence[Entry]) -> None:
    """Fold facts into rows: one read and one write a batch."""
    heard = [
        entry
        for entry in entries
        if entry.region == settings.REGION and concerns(entry.kind) and report_of(entry)
    ]
    if not heard:
        return
    rows = StatRow.objects.in_bulk({report_of(entry) for entry in heard})
    StatRow.objects.bulk_create(
        fold(heard, rows), update_conflicts=True, unique_fields=["report"], update_fields=COLUMNS
    )
