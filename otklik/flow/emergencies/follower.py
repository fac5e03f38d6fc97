"""On hearing that a case changed while an emergency is on, let its terms follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.cases.events import CaseFact
from otklik.flow.emergencies import jobs, queries
from otklik.flow.emergencies.events import CaseHeld, CaseReleased
from otklik.journal.following import follower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry

KINDS = set(CaseFact.__subclasses__()) - {CaseHeld, CaseReleased}


@follower("emergencies", kinds=KINDS)
def look(entries: Sequence[Entry]) -> None:
    """Defer a job a case; in a quiet time one question a batch is all."""
    if not queries.anything(timezone.now()):
        return
    moments = {entry.subject.removeprefix("case:"): entry.at for entry in entries}
    for number, at in moments.items():
        jobs.follow_case.defer(number=number, at=at.isoformat())
