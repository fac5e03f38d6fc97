"""How the journal is read: by position, or the history of one subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce, TruncMinute

from otklik.journal.models import Entry
from otklik.journal.writing import inside_command

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet

__all__ = [
    "BATCH", "Entry", "about", "about_many", "after", "count", "head", "last", "of_kinds", "pace",
    "stretch",
]  # fmt: skip

BATCH = 500
WINDOW = 5_000


def head(batch: int = BATCH) -> int:
    """Number up to `batch` committed facts that wait for it, and return the last position.

    Whoever looks, numbers: this look is what moves the journal.  Call it outside transactions; in
    a command, on a standby or beside another that numbers just now, it only looks.
    """
    if inside_command():
        last = Entry.objects.filter(position__isnull=False).order_by("-position").first()
        return (last and last.position) or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_number(%s)", [batch])
        return int(cursor.fetchone()[0])


def after(position: int, limit: int = BATCH) -> list[Entry]:
    """Return the entries that follow a position: consecutive, without a hole."""
    return list(Entry.objects.filter(position__gt=position).order_by("position")[:limit])


def last() -> Coalesce:
    """Return the last position given, as an expression: to be asked for along with a cursor."""
    given = Entry.objects.filter(position__isnull=False).order_by("-position").values("position")
    return Coalesce(Subquery(given[:1]), 0)


def stretch(
    position: int, until: int, limit: int = BATCH, kinds: Collection[str] | None = None
) -> tuple[list[Entry], int]:
    """Return the next entries of some kinds, no more than `limit`, and how far was looked.

    `until` is a position that was given already, so nothing can come in before it. A reader of few
    kinds is not handed the others one by one; it looks through `WINDOW` entries at a time.
    """
    until = min(until, position + WINDOW)
    entries = Entry.objects.filter(position__gt=position, position__lte=until).order_by("position")
    found = list((entries if kinds is None else entries.filter(kind__in=kinds))[:limit])
    full = len(found) == limit and found[-1].position
    return found, full or max(until, position)


def about(subject: str) -> list[Entry]:
    """Return the history of one subject, with what was committed just now and has no position."""
    return list(Entry.objects.filter(subject=subject).order_by("id"))


def about_many(subjects: Collection[str], kinds: Collection[str]) -> QuerySet[Entry]:
    """Return the facts of these kinds about some subjects, in the order of writing."""
    return Entry.objects.filter(subject__in=subjects, kind__in=kinds).order_by("id")


def count(kinds: Collection[str] | None = None) -> int:
    """Count the facts, all or of some kinds.  Reads the whole journal: for tests and reports."""
    entries = Entry.objects.all()
    return (entries if kinds is None else entries.filter(kind__in=kinds)).count()


def pace(subject: str, kind: str) -> dict[datetime, int]:
    """Return how many facts of a kind about one subject came in each minute that had any."""
    found = Entry.objects.filter(subject=subject, kind=kind).annotate(minute=TruncMinute("at"))
    return dict(found.values_list("minute").annotate(n=Count("pk")).order_by("minute"))


def of_kinds(kinds: Collection[str]) -> QuerySet[Entry]:
    """Return the facts of these kinds, for a list to be narrowed and paged."""
    return Entry.objects.filter(kind__in=kinds)
