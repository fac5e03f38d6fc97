"""On hearing that a person was forgotten, forget where they live and when they were born."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.journal.following import follower
from otklik.participation.projects.models import Resident

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


@follower("projects", kinds={"person.forgotten"})
def forget(entries: Sequence[Entry]) -> None:
    """Erase; a line of a register stays, and leads to nobody any more."""
    people = [int(entry.subject.removeprefix("person:")) for entry in entries]
    Resident.objects.filter(person__in=people).delete()
