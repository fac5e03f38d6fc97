"""Verbs of the author, and of those who join."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from otklik.flow.cases import clockwork, events, rules
from otklik.flow.cases.commands.steps import keep_note, locked, move, tell
from otklik.flow.cases.models import Answer, Dispute, Support
from otklik.flow.intake.commands import add_files, withdraw
from otklik.journal.writing import command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.flow.intake.files import Upload
    from otklik.ground.accounts.models import Person


@command
def clarify_case(
    number: str, *, text: str, files: Sequence[Upload] = (), by: str, now: datetime
) -> Case:
    """Take the author's reply to the question."""
    case = locked(number)
    if not text.strip() and not files:
        raise rules.Refused("empty", "Напишите ответ", "Write a reply")
    move(case, "clarify", now, by)
    clockwork.keep(case)
    keep_note(case, "reply", text, by, now, to_author=True)
    if files:
        add_files(case.report, files, by=by, now=now)
    tell(case, events.CaseClarified, by, now)
    return case


@command
def dispute_case(number: str, *, text: str, by: str, now: datetime) -> Dispute:
    """Take the author's word that the answer solves nothing."""
    case = locked(number)
    answer = case.answers.filter(state=Answer.State.APPROVED, interim=False).last()
    if answer is None:
        raise rules.Refused("no_answer", "Ответа ещё нет", "There is no answer yet")
    move(case, "dispute", now, by)
    clockwork.keep(case)
    dispute = Dispute.objects.create(
        region=case.region, case=case, answer=answer, text=text, at=now
    )
    tell(case, events.CaseDisputed, by, now, dispute=dispute.pk)
    return dispute


@command
def confirm_case(number: str, *, by: str, now: datetime) -> Case:
    """Take the author's word that it is solved."""
    case = locked(number)
    move(case, "confirm", now, by)
    case.closed_at = now
    clockwork.keep(case)
    tell(case, events.CaseConfirmed, by, now)
    return case


@command
def withdraw_case(number: str, *, by: str, now: datetime) -> Case:
    """Stop the work on the author's word."""
    case = locked(number)
    move(case, "withdraw", now, by)
    case.closed_at, case.public = now, False
    clockwork.keep(case)
    withdraw(case.report, by=by, now=now)
    tell(case, events.CaseWithdrawn, by, now)
    return case


@command
def support_case(
    number: str,
    *,
    key: str,
    person: Person | None = None,
    email: str = "",
    phone: str = "",
    channel: str,
    now: datetime,
) -> Support:
    """Add one more person with the same trouble; the same key counts once."""
    case = locked(number)
    known = case.joined.filter(key=key).first()
    if known is not None:
        return known
    if case.status not in rules.OPEN:
        raise rules.Refused(
            "closed", "Это обращение уже закрыто. Напишите новое", "It is closed. Write a new one"
        )
    support = Support.objects.create(
        region=case.region, case=case, key=key, person=person, email=email, phone=phone,
        token=secrets.token_urlsafe(16), channel=channel, at=now,
    )  # fmt: skip
    case.supports += 1
    case.updated_at = now
    case.save(update_fields=["supports", "updated_at"])
    tell(
        case, events.CaseSupported, person.ref if person else "anonymous", now,
        supports=case.supports,
    )  # fmt: skip
    return support
