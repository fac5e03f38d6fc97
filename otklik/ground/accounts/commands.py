"""Verbs about people and their data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.ground.accounts.events import PersonalDataSeen
from otklik.ground.accounts.models import Look
from otklik.ground.accounts.queries import personal_rules
from otklik.ground.accounts.rules import Refused
from otklik.ground.topics.queries import directory
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official


@command
def note_look(
    official: Official,
    *,
    subject: str,
    what: str,
    role: str = "",
    code: str = "",
    reason: str = "",
    until: datetime | None = None,
    now: datetime,
) -> None:
    """Write down that an official looked at somebody's personal data.

    The same official's next look at the same within `look_minutes` is the same look.
    """
    since = now - timedelta(minutes=personal_rules().look_minutes)
    again = Look.objects.filter(official=official, subject=subject, what=what, at__gt=since)
    if until is None and again.exists():
        return
    Look.objects.create(
        region=official.region, official=official, organisation=official.organisation, role=role,
        subject=subject, what=what, code=code, reason=reason.strip()[:300], at=now, until=until,
    )  # fmt: skip
    record(
        PersonalDataSeen(
            region=official.region_id,
            subject=subject,
            actor=official.ref,
            at=now,
            what=what,
            reason=code,
        )
    )


@command
def open_personal_data(
    official: Official,
    *,
    subject: str,
    role: str = "",
    code: str = "",
    reason: str = "",
    needs_reason: bool = True,
    now: datetime,
) -> datetime:
    """Open a subject's name and contact to an official for a while; return until when.

    Raises Refused without a reason of the list, and without words where that reason asks for them.
    """
    known = directory("look_reasons").get(code)
    if needs_reason and known is None:
        raise Refused("no_reason", "Выберите, зачем вам эти данные", "Say why you need these data")
    if known is not None and known.extra.get("needs_note") and not reason.strip():
        raise Refused(
            "no_words", "Напишите, зачем вам эти данные", "Say in words why you need them"
        )
    until = now + timedelta(minutes=personal_rules().reveal_minutes)
    note_look(
        official, subject=subject, what=Look.What.CONTACT, role=role,
        code=known.code if known else "", reason=reason, until=until, now=now,
    )  # fmt: skip
    return until
