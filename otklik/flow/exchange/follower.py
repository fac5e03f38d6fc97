"""On hearing of an appeal's news, queue letters to the systems that should know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from otklik.flow.appeals.events import AppealLeft, AppealRegistered
from otklik.flow.cases.events import CaseAnswered, CaseRedirected
from otklik.flow.exchange import jobs, queries
from otklik.flow.exchange.models import Letter
from otklik.flow.exchange.rules import EVENTS
from otklik.journal.following import follower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.flow.cases.models import Case
    from otklik.flow.exchange.models import System
    from otklik.journal.reading import Entry


@follower("exchange", kinds={AppealRegistered, CaseRedirected, CaseAnswered, AppealLeft})
def exchange(entries: Sequence[Entry]) -> None:
    """Write a letter with its job for each fact and system: both or neither, and once."""
    systems = queries.active_systems()
    if not systems:
        return
    ours = {e.subject.removeprefix("case:") for e in entries if e.region == settings.REGION}
    cases = queries.appeals_by_number(ours)
    for entry in entries:
        case = cases.get(entry.subject.removeprefix("case:"))
        body = str(entry.data.get("organisation") or "")
        for system in systems if case else ():
            if case and queries.hears_of(system, case, body):
                _queue(system, case, entry)


def _queue(system: System, case: Case, entry: Entry) -> None:
    letter = Letter.objects.create(
        region_id=case.region_id, system=system, case=case, entry=entry.pk,
        event=EVENTS[entry.kind], next_at=entry.at, created_at=entry.at, changed_at=entry.at,
    )  # fmt: skip
    jobs.deliver.defer(letter_id=letter.pk)
