"""How a case's clock follows its life; every change leaves a line that is never edited.

Only commands call this, inside their own transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.cases import rules
from otklik.flow.cases.models import ClockEvent
from otklik.flow.regimes.rules import LAWFUL
from otklik.ground.kit.clock import Roll, Unit, WorkingTime
from otklik.ground.organisations.queries import working_time, working_time_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.topics.models import DeadlinePolicy

STOPPED = frozenset({"answered"}) | rules.FINAL
STAGE_LINES = frozenset({"start", "stage"})
PROMISED = frozenset({"extend", "interim", "reopen"})
REST = "rest"
UNWRITTEN = "unwritten_clock"


def policy_rules(policy: DeadlinePolicy) -> rules.Policy:
    """Return a policy as arithmetic."""
    return rules.Policy(
        code=policy.code,
        total=rules.Term(policy.amount, Unit(policy.unit)),
        stages={stage: _term(value, policy.unit) for stage, value in policy.stages.items()},
        roll=Roll(policy.roll),
        reopened=rules.Term(policy.reopened_amount, Unit(policy.reopened_unit)),
        paused_in=frozenset(policy.paused_in),
    )


def _term(value: object, unit: str) -> rules.Term:
    if isinstance(value, dict) and value.get("amount") != REST:
        return rules.Term(int(value["amount"]), Unit(value.get("unit") or unit))
    return rules.Term(None, Unit(unit))


def _working(case: Case) -> WorkingTime:
    return working_time_of(case.organisation)


def log(
    case: Case,
    kind: str,
    at: datetime,
    by: str,
    before: datetime | None,
    after: datetime | None,
    reason: str,
) -> None:
    """Add one line to the clock's history; `keep` writes all that a command added at once.

    Lines of `STAGE_LINES` tell of the stage's clock, all others of the whole one: played again
    they give `stage_due` and `due`.
    """
    line = ClockEvent(
        region=case.region,
        case=case,
        kind=kind,
        stage=case.stage,
        at=at,
        due_before=before,
        due_after=after,
        reason=reason[:300],
        policy=case.policy.code if case.policy else "",
        by=by,
    )
    vars(case).setdefault(UNWRITTEN, []).append(line)


def write(case: Case) -> None:
    """Write the lines that were added, in their order."""
    lines: list[ClockEvent] = vars(case).pop(UNWRITTEN, [])
    ClockEvent.objects.bulk_create(lines)


def keep(case: Case, *, fresh: bool = False) -> None:
    """Save a case, `fresh` for the first time, and what its clock did."""
    case.save(force_insert=fresh)
    write(case)


def _set_due(case: Case, kind: str, due: datetime | None, at: datetime, by: str, why: str) -> None:
    before, case.due = case.due, due
    log(case, kind, at, by, before, due, why)


def _set_stage(case: Case, due: datetime | None, at: datetime, by: str, why: str) -> None:
    before, case.stage_due = case.stage_due, due
    log(case, "stage", at, by, before, due, why)


def _enter(case: Case, stage: str, now: datetime, by: str, why: str) -> None:
    """Begin a stage: its own clock starts by the schedule of whoever holds the case."""
    case.stage = stage
    found = None
    if case.policy and stage:
        working = _working(case) if stage != "moderation" else working_time(None)
        found = rules.stage_counted(policy_rules(case.policy), stage, now, case.due, working)
    said = [why, found[1] if found else ("" if stage else "этап закончен")]
    _set_stage(case, found[0] if found else None, now, by, "; ".join(filter(None, said)))


def start(case: Case, now: datetime) -> None:
    """Start the moderation clock of a fresh case."""
    case.stage = "moderation"
    if case.policy:
        case.stage_due = rules.stage_due(
            policy_rules(case.policy), "moderation", now, None, working_time(None)
        )


def late(case: Case, now: datetime) -> bool:
    """Tell whether the whole term passed without an answer; a clock that stands passes nothing."""
    return case.unanswered and case.due is not None and case.due < now


def follow(
    case: Case, before: str, now: datetime, by: str, reason: str = "", *, anew: bool = False,
    since: datetime | None = None,
) -> None:  # fmt: skip
    """Let stage, pauses and stops follow a change of status; `anew`: other hands, same stage.

    The whole clock starts with the registration, or at an earlier moment that `since` names.
    """
    if case.policy is None:
        case.stage = rules.STAGES.get(case.status, "")
        return
    policy = policy_rules(case.policy)
    _pause_or_resume(case, policy, now, by)
    if before in {"submitted", "contested"} and case.status == "registered":
        found = rules.whole(policy, since or now, _working(case))
        why = [rules.said_of(policy.total, found), reason if since else ""]
        _set_due(case, "register", found.end, now, by, "; ".join(filter(None, why)))
    stage = rules.STAGES.get(case.status, "")
    if stage != case.stage or (anew and stage):
        _enter(case, stage, now, by, reason)
    if case.status in STOPPED and before not in STOPPED:
        log(case, "stop", now, by, case.due, case.due, reason or case.status)


def _pause_or_resume(case: Case, policy: rules.Policy, now: datetime, by: str) -> None:
    pausing = case.status in policy.paused_in
    if pausing and case.paused_at is None:
        case.paused_at = now
        log(case, "pause", now, by, case.due, case.due, f"часы стоят: {case.status}")
    elif not pausing and case.paused_at is not None:
        since, case.paused_at = case.paused_at, None
        why = f"часы стояли с {timezone.localtime(since):%d.%m.%Y %H:%M}"
        working = _working(case)
        due = rules.after_pause(policy, case.due, since, now, working)
        _set_due(case, "resume", due, now, by, why)
        if case.stage_due:
            own = working if case.stage != "moderation" else working_time(None)
            moved = rules.after_pause(policy, case.stage_due, since, now, own, case.stage)
            _set_stage(case, moved, now, by, why)


def hold(case: Case, since: datetime, until: datetime, by: str, why: str) -> None:
    """Move the terms by a time in which an emergency stops the clock; what is past stays past."""
    if case.policy is None:
        return
    due = rules.after_pause(policy_rules(case.policy), case.due, since, until, _working(case))
    if due != case.due:
        _set_due(case, "hold", due, since, by, why)
        hold_stage(case, since, until, by, why)


def hold_stage(case: Case, since: datetime, until: datetime, by: str, why: str) -> None:
    """Move a stage's term by such a time, never past the whole term's end."""
    if case.policy is None or case.stage_due is None or case.due is None:
        return
    policy, working = policy_rules(case.policy), _working(case)
    moved = rules.after_pause(policy, case.stage_due, since, until, working, case.stage)
    _set_stage(case, min(moved or case.due, case.due), since, by, why)


def release(
    case: Case, since: datetime, due: datetime, at: datetime, by: str, why: str,
    stage: tuple[datetime | None, datetime | None] | None,
) -> None:  # fmt: skip
    """Let a clock that stood go on at a moment: from the terms as they were, for as long only."""
    if case.policy is None:
        return
    policy, working = policy_rules(case.policy), _working(case)
    after = rules.after_pause(policy, due, since, max(since, at), working)
    _set_due(case, "release", after, at, by, why)
    began, before = stage or (None, None)
    if began and before and after:
        moved = rules.after_pause(policy, before, began, max(began, at), working, case.stage)
        _set_stage(case, min(moved or after, after), at, by, why)


def restart(case: Case, now: datetime, by: str, reason: str) -> None:
    """Count the terms anew after the policy changed, from the same beginnings, pauses kept.

    A day that was promised, allowed or set by a dispute stays.
    """
    if case.policy is None:
        return
    policy, lines = policy_rules(case.policy), list(case.clock.all())
    due = case.due
    if case.registered_at and not any(line.kind in PROMISED for line in lines):
        due = rules.due(policy, case.registered_at, _working(case))
        for since, until in _pauses(lines, case.registered_at):
            due = rules.after_pause(policy, due, since, until, _working(case))
    _set_due(case, "policy", due, now, by, reason)
    began = [line.at for line in lines if line.kind in STAGE_LINES and line.stage == case.stage]
    working = _working(case) if case.stage != "moderation" else working_time(None)
    found = rules.stage_counted(
        policy, case.stage, began[-1] if began else case.received_at, case.due, working
    )
    if case.stage:
        _set_stage(case, found[0] if found else None, now, by, reason)


def _pauses(lines: list[ClockEvent], since: datetime) -> Iterator[tuple[datetime, datetime]]:
    begun = None
    for line in lines:
        if line.kind in {"pause", "hold"}:
            begun = line.at
        elif line.kind in {"resume", "release"} and begun is not None:
            if begun >= since:
                yield begun, line.at
            begun = None


def extend(case: Case, until: datetime, now: datetime, by: str, reason: str) -> None:
    """Move the whole term's end."""
    _set_due(case, "extend", until, now, by, reason)
    _set_stage(case, until, now, by, reason)


def promise(case: Case, now: datetime, by: str) -> None:
    """Take the control day of an interim answer as the due time, if it is later.

    The law's term of an appeal is moved by an extension with its notice alone.
    """
    due = case.due
    if case.control_at and (due is None or case.control_at > due) and case.regime not in LAWFUL:
        due = case.control_at
    promised = timezone.localtime(case.control_at) if case.control_at else None
    why = f"промежуточный ответ: обещано к {promised:%d.%m.%Y}" if promised else "обещано"
    _set_due(case, "interim", due, now, by, why)
    if due != case.stage_due:
        _set_stage(case, due, now, by, why)


def reopen(case: Case, now: datetime, by: str, reason: str) -> None:
    """Give a reopened case its shorter term."""
    due = case.due
    if case.policy:
        due = rules.reopened_due(policy_rules(case.policy), now, _working(case))
    _set_due(case, "reopen", due, now, by, reason)
    if due != case.stage_due:
        _set_stage(case, due, now, by, reason)
