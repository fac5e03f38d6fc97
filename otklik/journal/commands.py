"""The journal's only verb of its own; all others belong to those who record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.journal.events import EntrySkipped
from otklik.journal.following import chosen, stuck
from otklik.journal.models import Cursor
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.journal.models import Entry


class NotStoppedError(Exception):
    """There is nothing to skip: the follower goes on by itself."""


@command
def skip_entry(name: str, *, by: str, now: datetime) -> Entry:
    """Let a stopped follower step over exactly the entry on which it stopped."""
    (one,) = chosen([name])
    cursor = Cursor.objects.select_for_update(no_key=True).get(name=name)
    entry = stuck(one)
    if not cursor.stopped_reason or entry is None or entry.position is None:
        raise NotStoppedError(name)
    cursor.position = entry.position
    cursor.stopped_reason = ""
    cursor.save(update_fields=["position", "stopped_reason", "updated_at"])
    record(
        EntrySkipped(
            region=entry.region,
            subject=f"follower:{name}",
            actor=by,
            at=now,
            follower=name,
            position=entry.position,
            skipped_kind=entry.kind,
        )
    )
    return entry
