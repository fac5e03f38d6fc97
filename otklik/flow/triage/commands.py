"""The verbs of triage: decide about a message, and let an official overrule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases.commands import open_case, retopic_case
from otklik.flow.intake.models import Report
from otklik.flow.triage.events import TriageCorrected, TriageDecided
from otklik.flow.triage.models import Decision
from otklik.flow.triage.queries import bodies_for, classify
from otklik.ground.topics.models import RoutingRule
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.flow.triage.queries import FactSuggestion
    from otklik.ground.accounts.models import Official
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

SYSTEM = "system"


def _report(**key: object) -> Report:
    found = Report.objects.select_related("region", "topic_hint__policy", "territory")
    return found.defer("territory__polygon", "topic_hint__phrases", "region__settings").get(**key)


def decide(report_id: int, *, now: datetime) -> Decision | None:
    """Find topic, place and body of a message and open its case; nothing if that was done."""
    report = _report(pk=report_id)
    if report.withdrawn_at is not None or Decision.objects.filter(report=report).exists():
        return None
    facts, certain = ([], True) if report.topic_hint else classify(report.text)
    return _open(report, facts, certain=certain, now=now)


@command
def _open(report: Report, facts: list[FactSuggestion], *, certain: bool, now: datetime) -> Decision:
    topic = report.topic_hint or (facts[0].topic if facts else None)
    bodies = bodies_for(topic, report.territory)
    case = open_case(
        report,
        topic=topic,
        territory=report.territory,
        organisation=bodies[0].organisation if bodies else None,
        rule=RoutingRule.objects.filter(pk=bodies[0].rule).first() if bodies else None,
        certain=certain and topic is not None,
        now=now,
    )
    chosen = {"ru": "тему выбрал автор", "en": "the author chose the topic"}
    decision = Decision.objects.create(
        region=report.region,
        report=report,
        case=case,
        topic=topic,
        territory=report.territory,
        organisation=bodies[0].organisation if bodies else None,
        rule_id=bodies[0].rule if bodies else None,
        certain=certain,
        confidence=facts[0].score if facts else 1.0 if topic else 0.0,
        suggestions=[
            {"topic": each.topic.code, "score": each.score, "reasons": each.reasons}
            for each in facts
        ],
        reasons=[chosen] if report.topic_hint else facts[0].reasons if facts else [],
        at=now,
    )
    record(
        TriageDecided(
            region=report.region_id,
            subject=f"report:{report.number}",
            actor=SYSTEM,
            at=now,
            report=report.pk,
            decision=decision.pk,
            topic=topic.code if topic else "",
            territory=report.territory.code if report.territory else "",
            organisation=bodies[0].organisation.code if bodies else "",
            certain=certain,
            confidence=decision.confidence,
        )
    )
    return decision


@command
def correct(
    number: str, *, topic: Topic, territory: Territory | None, by: Official, now: datetime
) -> Case:
    """Overrule topic or place; the case follows and the classifier learns."""
    report = _report(number=number)
    last = Decision.objects.filter(report=report).select_related("topic").last()
    bodies = bodies_for(topic, territory)
    case = retopic_case(
        number,
        topic=topic,
        territory=territory,
        organisation=bodies[0].organisation if bodies else None,
        by=by,
        now=now,
    )
    decision = Decision.objects.create(
        region=report.region, report=report, case=case, topic=topic, territory=territory,
        organisation=case.organisation, rule_id=bodies[0].rule if bodies else None,
        certain=True, confidence=1.0, by=by, at=now,
        reasons=[{"ru": "исправил модератор", "en": "corrected by a moderator"}],
    )  # fmt: skip
    record(
        TriageCorrected(
            region=report.region_id,
            subject=f"report:{number}",
            actor=by.ref,
            at=now,
            report=report.pk,
            decision=decision.pk,
            topic=topic.code,
            topic_before=last.topic.code if last and last.topic else "",
            territory=territory.code if territory else "",
        )
    )
    return case
