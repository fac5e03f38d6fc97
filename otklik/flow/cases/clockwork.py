"""How a case's clock follows its life; every change leaves a line that is never edited.

Only commands call this, inside their own transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases import rules
from otklik.flow.cases.models import ClockEvent
from otklik.ground.kit.clock import Roll, Unit, WorkingTime
from otklik.ground.organisations.queries import working_time, working_time_of

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.topics.models import DeadlinePolicy

STOPPED = frozenset({"answered"}) | rules.FINAL


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
    if isinstance(value, dict):
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
    reason: str = "",
) -> None:
    """Write one line of the clock's history."""
    ClockEvent.objects.create(
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


def start(case: Case, now: datetime) -> None:
    """Start the moderation clock of a fresh case."""
    case.stage = "moderation"
    if case.policy:
        case.stage_due = rules.stage_due(
            policy_rules(case.policy), "moderation", now, None, working_time(None)
        )


def follow(case: Case, before: str, now: datetime, by: str, reason: str = "") -> None:
    """Let stage, pauses and stops follow a change of status."""
    if case.policy is None:
        case.stage = rules.STAGES.get(case.status, "")
        return
    policy = policy_rules(case.policy)
    _pause_or_resume(case, policy, now, by)
    if before == "submitted" and case.status == "registered":
        old, case.due = case.due, rules.due(policy, now, _working(case))
        log(case, "register", now, by, old, case.due)
    stage = rules.STAGES.get(case.status, "")
    if stage != case.stage:
        case.stage = stage
        old = case.stage_due
        case.stage_due = (
            rules.stage_due(policy, stage, now, case.due, _working(case)) if stage else None
        )
        log(case, "stage", now, by, old, case.stage_due, reason)
    if case.status in STOPPED and before not in STOPPED:
        log(case, "stop", now, by, case.due, case.due, reason)


def _pause_or_resume(case: Case, policy: rules.Policy, now: datetime, by: str) -> None:
    pausing = case.status in policy.paused_in
    if pausing and case.paused_at is None:
        case.paused_at = now
        log(case, "pause", now, by, case.due, case.due)
    elif not pausing and case.paused_at is not None:
        working, before = _working(case), case.due
        case.due = rules.after_pause(policy, case.due, case.paused_at, now, working)
        case.stage_due = rules.after_pause(policy, case.stage_due, case.paused_at, now, working)
        case.paused_at = None
        log(case, "resume", now, by, before, case.due)


def restart(case: Case, now: datetime, by: str, reason: str) -> None:
    """Count the terms anew from the same start after the policy changed."""
    if case.policy is None:
        return
    policy, before = policy_rules(case.policy), case.due
    if case.registered_at:
        case.due = rules.due(policy, case.registered_at, _working(case))
    case.stage_due = rules.stage_due(
        policy, case.stage, case.registered_at or case.received_at, case.due, _working(case)
    )
    log(case, "policy", now, by, before, case.due, reason)


def extend(case: Case, until: datetime, now: datetime, by: str, reason: str) -> None:
    """Move the whole term's end."""
    before, case.due, case.stage_due = case.due, until, until
    log(case, "extend", now, by, before, until, reason)


def promise(case: Case, now: datetime, by: str) -> None:
    """Take the control day of an interim answer as the due time, if it is later."""
    before = case.due
    if case.control_at and (case.due is None or case.control_at > case.due):
        case.due = case.stage_due = case.control_at
    log(case, "interim", now, by, before, case.due)


def reopen(case: Case, now: datetime, by: str) -> None:
    """Give a reopened case its shorter term."""
    before = case.due
    if case.policy:
        case.due = case.stage_due = rules.reopened_due(
            policy_rules(case.policy), now, _working(case)
        )
    log(case, "reopen", now, by, before, case.due)
