"""On hearing that a message was received, decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.intake.events import ReportReceived
from otklik.flow.triage.commands import decide
from otklik.journal.following import reactor

if TYPE_CHECKING:
    from otklik.journal.reading import Entry


@reactor("triage", kinds={ReportReceived})
def triage(entry: Entry) -> None:
    """Decide; at least once, so a message already decided about is passed over."""
    decide(entry.data["report"], now=timezone.now())
