"""On hearing that an appeal was registered, put it under the reception's control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.cases.events import CaseRegistered
from otklik.flow.reception.commands import plan_control
from otklik.journal.following import reactor

if TYPE_CHECKING:
    from otklik.journal.reading import Entry


@reactor("reception", kinds={CaseRegistered})
def control(entry: Entry) -> None:
    """Plan; what is planned already is passed over."""
    plan_control(entry.subject.removeprefix("case:"), now=timezone.now())
