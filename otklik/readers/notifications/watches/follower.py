"""On hearing that a person was forgotten, end what they were subscribed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.journal.following import follower
from otklik.readers.notifications.watches.models import NewsWatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


@follower("watches", kinds={"person.forgotten"})
def forget(entries: Sequence[Entry]) -> None:
    """Delete them with their address and place."""
    people = [int(entry.subject.removeprefix("person:")) for entry in entries]
    NewsWatch.objects.filter(person__in=people).delete()
