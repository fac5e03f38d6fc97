"""Verbs of those through whose hands a case goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases import clockwork, events, rules
from otklik.flow.cases.commands.steps import DEFAULT_HOPS, keep_note, locked, move, pass_on, tell
from otklik.flow.regimes.queries import barred_for
from otklik.journal.writing import command

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation


@command
def assign_case(
    number: str,
    *,
    organisation: Organisation,
    executor: Official | None = None,
    by: Official,
    now: datetime,
) -> Case:
    """Make a body (and an executor in it) responsible. Past the hop limit only arbitration may."""
    case = locked(number)
    if organisation.external:
        raise rules.Refused(
            "external", "Эта организация вне системы: перешлите", "It is outside: redirect"
        )
    same = (case.organisation_id, case.executor_id) == (organisation.pk, executor and executor.pk)
    if same and case.status == "assigned":
        return case
    pass_on(case, organisation, executor, None, by, now)
    clockwork.keep(case)
    return case


@command
def return_case(
    number: str,
    *,
    reason: str,
    note: str,
    proposed: Organisation | None = None,
    by: Official,
    now: datetime,
) -> Case:
    """Say that it is not ours, why and whose; the second return goes to arbitration."""
    case = locked(number)
    if not note.strip():
        raise rules.Refused(
            "no_reason", "Напишите, почему это не ваше и чьё", "Say why it is not yours and whose"
        )
    move(case, "return", now, by.ref, reason)
    hop = case.assignments.select_for_update().order_by("-id").first()
    if hop is not None:
        hop.returned_at, hop.return_reason, hop.return_note = now, reason, note
        hop.proposed = proposed
        hop.save()
    limit = case.policy.max_hops if case.policy else DEFAULT_HOPS
    returns = case.assignments.exclude(returned_at=None).count()
    arbitration = returns > 1 or not rules.hop_allowed(case.hops, limit)
    case.executor = None
    clockwork.keep(case)
    tell(case, events.CaseReturned, by.ref, now, reason=reason, arbitration=arbitration)
    return case


@command
def redirect_case(
    number: str, *, organisation: Organisation, note: str = "", verb: str = "redirect",
    by: Official, now: datetime,
) -> Case:  # fmt: skip
    """Send the message to a body outside and tell the author."""
    case = locked(number)
    rules.may_reach(organisation.pk, barred_for(case.report_id))
    move(case, verb, now, by.ref)
    case.organisation, case.closed_at, case.result = organisation, now, "not_competent"
    clockwork.keep(case)
    keep_note(case, "redirected", note, by.ref, now, to_author=True)
    tell(case, events.CaseRedirected, by.ref, now)
    return case


@command
def start_case(number: str, *, by: Official, now: datetime) -> Case:
    """Take a case in hand."""
    case = locked(number)
    move(case, "start", now, by.ref)
    case.executor = by
    clockwork.keep(case)
    tell(case, events.CaseStarted, by.ref, now)
    return case
