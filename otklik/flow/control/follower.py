"""On hearing of a case, look anew when its deadline must be reminded of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.amends.events import CaseContacted, CaseContactOwed
from otklik.flow.cases.events import CaseFact
from otklik.flow.control.commands import watch, watch_duties
from otklik.flow.control.models import DutyWatch, Watch
from otklik.journal.following import follower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


OF_DUTIES = frozenset({CaseContactOwed.kind, CaseContacted.kind})


def _reset() -> None:
    Watch.objects.all().delete()
    DutyWatch.objects.all().delete()


@follower("control", kinds=set(CaseFact.__subclasses__()), reset=_reset)
def look(entries: Sequence[Entry]) -> None:
    """Keep the watch of every case named."""
    watch({entry.subject.removeprefix("case:") for entry in entries})
    if duties := {entry.data["duty"] for entry in entries if entry.kind in OF_DUTIES}:
        watch_duties(duties)
