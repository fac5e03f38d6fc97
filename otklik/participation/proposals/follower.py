"""On hearing that a person was forgotten, let their proposals lead to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.journal.following import follower
from otklik.participation.proposals import rules
from otklik.participation.proposals.models import Proposal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


@follower("proposals", kinds={"person.forgotten"})
def forget(entries: Sequence[Entry]) -> None:
    """Drop what was not published; of what was, the name. The published words stand."""
    people = [int(entry.subject.removeprefix("person:")) for entry in entries]
    found = Proposal.objects.filter(person__in=people)
    found.exclude(state=rules.ACCEPTED).delete()
    found.update(person=None, initiator="")
