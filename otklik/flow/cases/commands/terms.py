"""Verbs of the term: moved with a reason, missed, fallen back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases import clockwork, events, rules
from otklik.flow.cases.commands.steps import SYSTEM, keep_note, locked, move, tell
from otklik.ground.topics.queries import policies
from otklik.journal.writing import command

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official


@command
def extend_case(
    number: str, *, until: datetime, reason: str, verb: str = "extend", by: Official, now: datetime
) -> Case:
    """Move the due time once, within the policy, with a reason the author sees."""
    case = locked(number)
    policy = case.policy
    rules.check_extension(
        until, due=case.due, now=now, times=policy.extension_times if policy else 0,
        used=case.extensions, days=policy.extension_days if policy else 0, reason=reason,
    )  # fmt: skip
    move(case, verb, now, by.ref, reason)
    case.extensions += 1
    clockwork.extend(case, until, now, by.ref, reason)
    clockwork.keep(case)
    keep_note(case, "extended", reason, by.ref, now, to_author=True)
    tell(case, events.CaseExtended, by.ref, now)
    return case


@command
def mark_overdue(number: str, *, now: datetime) -> None:
    """Say once that the due time passed; nothing if it was said or is no longer so."""
    case = locked(number)
    if not clockwork.late(case, now) or case.due is None:
        return
    if case.clock.filter(kind="overdue", due_before=case.due).exists():
        return
    clockwork.log(case, "overdue", now, SYSTEM, case.due, case.due, "срок прошёл без ответа")
    clockwork.write(case)
    tell(case, events.CaseOverdue, SYSTEM, now)


@command
def fall_back_case(number: str, *, now: datetime) -> bool:
    """Go on by the ordinary terms once the fast ones ran out; that they did stays on record.

    A day that was promised, allowed or set by a dispute is nobody's fast track: it stays.
    """
    mark_overdue(number, now=now)
    case = locked(number)
    policy = case.policy
    ordinary = policies().get(policy.fallback) if policy and policy.fast_track else None
    if ordinary is None or not clockwork.late(case, now):
        return False
    if case.clock.filter(kind__in=clockwork.PROMISED).exists():
        return False
    case.policy, case.updated_at = ordinary, now
    clockwork.restart(case, now, SYSTEM, f"ускоренный срок прошёл: {ordinary.title_ru}")
    clockwork.keep(case)
    tell(case, events.CaseFellBack, SYSTEM, now, policy=ordinary.code)
    return True
