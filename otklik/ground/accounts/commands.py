"""Verbs about people and their data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.ground.accounts.events import PersonalDataSeen
from otklik.ground.accounts.models import Look
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official


@command
def note_look(
    official: Official, *, subject: str, what: str, reason: str = "", now: datetime
) -> None:
    """Write down that an official looked at somebody's personal data."""
    Look.objects.create(
        region=official.region, official=official, subject=subject, what=what,
        reason=reason[:300], at=now,
    )  # fmt: skip
    record(
        PersonalDataSeen(
            region=official.region_id, subject=subject, actor=official.ref, at=now, what=what
        )
    )
