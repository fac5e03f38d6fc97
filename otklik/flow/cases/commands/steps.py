"""What every verb of a case is made of: lock, step by the table, note, tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otklik.flow.cases import clockwork, events, rules
from otklik.flow.cases.models import Assignment, Case, Note
from otklik.flow.regimes.queries import barred_for, regime
from otklik.ground.topics.known import with_known
from otklik.ground.topics.queries import directory, policies, topics
from otklik.journal.writing import record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.topics.models import DeadlinePolicy, RoutingRule, Topic

DEFAULT_POLICY = "ORD-30"
SYSTEM = "system"
CLARIFY_DAYS = 5
DEFAULT_HOPS = 3


def locked(number: str) -> Case:
    """Return a case held against other commands until this one ends."""
    found = Case.objects.select_related("report").select_for_update(no_key=True, of=("self",))
    return with_known(found.get(number=number))


def tell(case: Case, fact_class: type[events.CaseFact], by: str, at: datetime, **more: Any) -> None:
    """Record a fact about a case as it is now."""
    record(
        fact_class(
            region=case.region_id,
            subject=case.ref,
            actor=by,
            at=at,
            report=case.report_id,
            status=case.status,
            topic=case.topic.code if case.topic else "",
            territory=case.territory.code if case.territory else "",
            organisation=case.organisation.code if case.organisation else "",
            due=case.due,
            stage=case.stage,
            stage_due=case.stage_due,
            **more,
        )
    )


def weight(case: Case) -> dict[str, Any]:
    return {
        "severity": case.severity,
        "urgent": case.urgent,
        "life_support": bool(case.topic and case.topic.life_support),
        "shown": case.public,
    }


def policy_of(case: Case, topic: Topic | None) -> DeadlinePolicy | None:
    """Return the terms: the regime's for the topic, the channel's, the regime's, the topic's.

    The channel's are as of the governor's reception; a message of an urgent topic keeps its own,
    wherever it was written.
    """
    known, usual, asked = policies(), topic.policy if topic else None, regime(case.regime)
    channel = case.report.channel
    special = known.get(asked.special_terms([step.code for step in topics().path(topic)], channel))
    line = directory("channels").get(channel)
    of_channel = known.get(str(line.extra.get("policy", ""))) if line else None
    of_regime = known.get(asked.policy)
    if special is None and of_channel and (of_regime or not (usual and usual.urgent)):
        return of_channel
    return special or of_regime or usual or known.get(DEFAULT_POLICY)


def take_topic(case: Case, topic: Topic | None) -> None:
    case.topic = topic
    case.policy = policy_of(case, topic)
    case.severity = topic.severity if topic else 1
    case.urgent = bool(case.policy and case.policy.urgent)
    case.closed_contour = bool(topic and topic.closed)


def may_be_public(case: Case) -> bool:
    topic = case.topic
    if not regime(case.regime).public:
        return False
    return bool(topic and topic.public and not topic.closed and case.report.wants_public)


def move(
    case: Case, verb: str, now: datetime, by: str, reason: str = "", *, anew: bool = False,
    since: datetime | None = None,
) -> None:  # fmt: skip
    """Take the step of a verb and let the clock follow the stage."""
    before = case.status
    case.status = rules.step(case.status, verb, case.regime)
    case.updated_at = now
    clockwork.follow(case, before, now, by, reason, anew=anew, since=since)


def register(
    case: Case, by: str, now: datetime, verb: str = "register", *, since: datetime | None = None,
    reason: str = "",
) -> None:  # fmt: skip
    """Take a message to work; the whole clock starts now, or at an earlier moment."""
    move(case, verb, now, by, reason, since=since)
    case.registered_at = since or now
    case.public = may_be_public(case)
    tell(case, events.CaseRegistered, by, now, **weight(case))


def pass_on(
    case: Case,
    organisation: Organisation | None,
    executor: Official | None,
    rule: RoutingRule | None,
    by: Official | None,
    now: datetime,
) -> None:
    """Give the case to a body, or leave it to the coordinators where none is known."""
    actor = by.ref if by else SYSTEM
    rules.may_reach(organisation.pk if organisation else None, barred_for(case.report_id))
    if organisation is None:
        move(case, "coordinate", now, actor)
        return
    case.organisation, case.executor = organisation, executor
    why = f"передано: {organisation.short_ru}"
    move(case, "assign" if by else "route", now, actor, why, anew=True)
    case.hops += 1
    Assignment.objects.create(
        region=case.region, case=case, organisation=organisation, executor=executor, rule=rule,
        by=by, at=now,
    )  # fmt: skip
    tell(case, events.CaseAssigned, actor, now, hop=case.hops)


def keep_note(
    case: Case,
    kind: str,
    text: str,
    by: str,
    now: datetime,
    *,
    code: str = "",
    to_author: bool = False,
    until: datetime | None = None,
) -> None:
    Note.objects.create(
        region=case.region, case=case, kind=kind, code=code, text=text, to_author=to_author,
        by=by, until=until, at=now,
    )  # fmt: skip
