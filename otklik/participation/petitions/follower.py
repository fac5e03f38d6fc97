"""On hearing that a person was forgotten, let their signature lead to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.journal.following import follower
from otklik.participation.petitions.models import PetitionSignature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


@follower("petitions", kinds={"person.forgotten"})
def forget(entries: Sequence[Entry]) -> None:
    """Keep the count."""
    people = [int(entry.subject.removeprefix("person:")) for entry in entries]
    PetitionSignature.objects.filter(person__in=people).update(person=None)
