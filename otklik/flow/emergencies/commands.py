"""The verbs of an emergency: declare, end, and let a case's terms follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from otklik.flow.cases import clockwork
from otklik.flow.cases.commands import SYSTEM, locked, tell
from otklik.flow.cases.rules import Refused
from otklik.flow.emergencies import events, jobs, queries, rules
from otklik.flow.emergencies.models import Emergency, Hold
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic


@dataclass(frozen=True)
class Draft:
    """What an official says of an emergency."""

    kind: str
    territory: Territory | None
    topics: Sequence[Topic]
    starts_at: datetime
    ends_at: datetime
    document: str
    reason: str


def _record(
    emergency: Emergency, fact: type[events.EmergencyFact], by: str, now: datetime, **more: Any
) -> None:
    record(
        fact(
            region=emergency.region_id,
            subject=emergency.ref,
            actor=by,
            at=now,
            emergency=emergency.pk,
            regime=emergency.kind,
            territory=emergency.territory.code if emergency.territory else "",
            topics=tuple(each.code for each in emergency.topics.all()),
            starts_at=emergency.starts_at,
            ends_at=emergency.ends_at,
            **more,
        )
    )


@command
def declare(draft: Draft, *, by: Official, now: datetime) -> Emergency:
    """Declare an emergency by a document: from then on the ordinary terms there stand."""
    rules.check_declared(
        queries.regimes().get(draft.kind), starts=draft.starts_at, ends=draft.ends_at,
        document=draft.document, reason=draft.reason, now=now,
    )  # fmt: skip
    if not queries.may_declare(by, draft.territory, draft.topics):
        raise Refused(
            "where",
            "Для этой территории и тем режим объявляет другой сотрудник",
            "Another official declares emergencies there",
        )
    made = Emergency.objects.create(
        region=by.region, kind=draft.kind, territory=draft.territory, starts_at=draft.starts_at,
        ends_at=draft.ends_at, document=draft.document.strip()[:300], reason=draft.reason.strip(),
        declared_by=by, declared_at=now,
    )  # fmt: skip
    made.topics.set(draft.topics)
    _record(made, events.EmergencyDeclared, by.ref, now)
    jobs.follow_all.defer()
    return made


@command
def end_emergency(
    emergency_id: int, *, reason: str = "", by: Official | None = None, now: datetime
) -> None:
    """End an emergency: by its day, or earlier by an official who says why."""
    emergency = Emergency.objects.select_for_update(no_key=True).get(pk=emergency_id)
    if emergency.ended_at is not None:
        return
    if by is not None:
        if not reason.strip():
            raise Refused("no_reason", "Напишите, почему раньше", "Say why it ends early")
        if not queries.may_declare(by, emergency.territory, list(emergency.topics.all())):
            raise Refused("where", "Этот режим оканчивает другой сотрудник", "Another ends it")
    emergency.ended_at = max(min(now, emergency.ends_at), emergency.starts_at)
    emergency.ended_by, emergency.end_reason = by, reason.strip()
    emergency.save(update_fields=["ended_at", "ended_by", "end_reason"])
    _record(emergency, events.EmergencyEnded, by.ref if by else SYSTEM, now, early=by is not None)
    jobs.follow_all.defer()


@command
def follow_case(number: str, *, at: datetime, now: datetime) -> None:
    """Let a case's terms stand or go on, as the emergencies of that moment say."""
    case = locked(number)
    held = Hold.objects.filter(case=case, released_at=None).first()
    over = queries.covering(case, at)
    if held and over and held.emergency_id == over.pk and case.due == held.due:
        _hold_stage(case, held, over, at, now)
        return
    since = None
    if held:
        since = _let_go(case, held, at, now)
    if over and not Hold.objects.filter(case=case, emergency=over, settled=True).exists():
        _hold(case, over, since or _since(case, over, at), now)
    clockwork.keep(case)


def _since(case: Case, over: Emergency, at: datetime) -> datetime:
    """Return from when the clock stands: not before the emergency, nor before its last run."""
    if Hold.objects.filter(case=case, emergency=over).exists():
        return at
    went_on = case.clock.filter(kind="resume").last()
    begun = case.registered_at or case.received_at
    return max(over.starts_at, begun, went_on.at if went_on else begun)


def _hold(case: Case, over: Emergency, since: datetime, now: datetime) -> None:
    before, stage_before = case.due, case.stage_due
    clockwork.hold(case, since, over.ends_at, SYSTEM, _why(over))
    if before is None or case.due is None or case.due == before:
        return  # late already: an emergency mends no breach
    Hold.objects.create(
        region=case.region, emergency=over, case=case, since=since, due_before=before,
        due=case.due, stage=case.stage, stage_since=since, stage_before=stage_before,
        stage_due=case.stage_due,
    )  # fmt: skip
    tell(case, events.CaseHeld, SYSTEM, now, emergency=over.pk)


def _why(over: Emergency) -> str:
    ends = timezone.localtime(over.ends_at)
    return f"режим № {over.pk} до {ends:%d.%m.%Y %H:%M}: {over.document}"


def _hold_stage(case: Case, held: Hold, over: Emergency, at: datetime, now: datetime) -> None:
    """Hold the clock of a stage that began while the whole clock stands."""
    if case.stage_due is None or case.stage_due == held.stage_due:
        return
    held.stage, held.stage_since, held.stage_before = case.stage, at, case.stage_due
    clockwork.hold_stage(case, at, over.ends_at, SYSTEM, _why(over))
    held.stage_due = case.stage_due
    held.save()
    clockwork.keep(case)
    tell(case, events.CaseHeld, SYSTEM, now, emergency=over.pk)


def _let_go(case: Case, held: Hold, at: datetime, now: datetime) -> datetime | None:
    """Let the clock go on; return from when it stands again if it was counted anew meanwhile."""
    held.released_at, since = at, None
    if case.due == held.due:
        own = case.stage == held.stage and case.stage_due == held.stage_due
        clockwork.release(
            case, held.since, held.due_before, at, SYSTEM, f"режим № {held.emergency_id}",
            stage=(held.stage_since, held.stage_before) if own else None,
        )  # fmt: skip
    else:  # somebody named a day, or all was counted from the beginning
        line = case.clock.filter(kind__in=("extend", "interim", "reopen", "policy")).last()
        held.settled = bool(line and line.kind == "extend")
        since = held.since if line and line.kind == "policy" else None
    held.save(update_fields=["released_at", "settled"])
    tell(case, events.CaseReleased, SYSTEM, now, emergency=held.emergency_id)
    return since
