"""Verbs of those who say whether an answer stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases import clockwork, events, rules
from otklik.flow.cases.commands.steps import SYSTEM, keep_note, locked, move, tell
from otklik.flow.cases.queries import executing_bodies
from otklik.journal.writing import command

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official


@command
def judge_dispute(number: str, *, upheld: bool, reason: str, by: Official, now: datetime) -> Case:
    """Decide a dispute: the author is right and work goes on, or the answer stands."""
    case = locked(number)
    if not reason.strip():
        raise rules.Refused("no_reason", "Объясните решение", "Explain the decision")
    dispute = case.disputes.select_related("answer").filter(decided_at=None).last()
    if dispute is None:
        raise rules.Refused("no_dispute", "Спора нет", "There is no dispute")
    rules.may_judge(by.pk, dispute.answer.decided_by_id, dispute.answer.author_id)
    move(case, "reopen" if upheld else "uphold", now, by.ref, reason)
    dispute.judge, dispute.upheld, dispute.reason, dispute.decided_at = by, upheld, reason, now
    dispute.save()
    if upheld:
        case.reopenings += 1
        case.answered_at, case.result = None, ""
        clockwork.reopen(case, now, by.ref, reason)
        clockwork.keep(case)
        tell(case, events.CaseReopened, by.ref, now, dispute=dispute.pk)
    else:
        case.closed_at = now
        clockwork.keep(case)
        tell(case, events.CaseClosed, by.ref, now)
    return case


@command
def verify_case(number: str, *, by: Official, now: datetime) -> Case:
    """Take an independent verifier's word; never one of the body that answered."""
    case = locked(number)
    rules.may_verify(by.organisation_id, executing_bodies(case))
    move(case, "verify", now, by.ref)
    case.closed_at = now
    clockwork.keep(case)
    tell(case, events.CaseConfirmed, by.ref, now)
    return case


@command
def refute_case(number: str, *, finding: str = "", note: str, by: Official, now: datetime) -> Case:
    """Take an independent verifier's word that it is not solved: work goes on, told to the author.

    Never one of the body that answered.
    """
    case = locked(number)
    rules.may_verify(by.organisation_id, executing_bodies(case))
    if not note.strip():
        raise rules.Refused("no_reason", "Напишите, что увидели на месте", "Say what you saw")
    move(case, "refute", now, by.ref, finding)
    case.reopenings += 1
    case.answered_at, case.result = None, ""
    clockwork.reopen(case, now, by.ref, note)
    clockwork.keep(case)
    keep_note(case, "refuted", note, by.ref, now, code=finding, to_author=True)
    tell(case, events.CaseReopened, by.ref, now, finding=finding)
    return case


@command
def close_case(number: str, *, now: datetime) -> Case:
    """Close an answered case that nobody rated in time; it counts as unrated, not as good."""
    case = locked(number)
    move(case, "close", now, SYSTEM)
    case.closed_at = now
    clockwork.keep(case)
    tell(case, events.CaseClosed, SYSTEM, now, unrated=True)
    return case
