"""On hearing that a person was forgotten, let their answers lead to nobody and drop their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.journal.following import follower
from otklik.participation.statements.models import Statement, Voter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


@follower("statements", kinds={"person.forgotten"})
def forget(entries: Sequence[Entry]) -> None:
    """Keep the answers in the count; drop what the person had said."""
    people = [int(entry.subject.removeprefix("person:")) for entry in entries]
    found = Voter.objects.filter(person__in=people)
    Statement.objects.filter(voter__in=found).update(state=Statement.State.ERASED, text="")
    found.update(person=None)
