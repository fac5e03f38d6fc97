"""Verbs of those who take a message to work, or do not."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.flow.cases import clockwork, events, rules
from otklik.flow.cases.commands.steps import (
    CLARIFY_DAYS,
    SYSTEM,
    keep_note,
    locked,
    may_be_public,
    move,
    pass_on,
    register,
    take_topic,
    tell,
    weight,
)
from otklik.flow.cases.models import Case, Support
from otklik.flow.cases.queries import earlier_alike, refused_by
from otklik.flow.regimes.commands import bar
from otklik.flow.regimes.queries import barred_for, regime_of
from otklik.flow.regimes.rules import LAWFUL
from otklik.ground.organisations.queries import organisations
from otklik.journal.writing import command

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.intake.models import Report
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import RoutingRule, Topic


@command
def open_case(
    report: Report,
    *,
    topic: Topic | None,
    territory: Territory | None,
    organisation: Organisation | None,
    rule: RoutingRule | None = None,
    certain: bool,
    since: datetime | None = None,
    why: str = "",
    now: datetime,
) -> Case:
    """Begin the work on a message; a certain one is taken to work and passed on at once.

    The whole clock of a certain one starts now, or at an earlier moment that has its reason. An
    appeal waits for its registration at the reception that its regime names.
    """
    asked = regime_of(report)
    barred = _bar_declared(report, now)
    if asked.code in LAWFUL:
        certain, organisation = False, organisations().get(asked.reception) or organisation
    if organisation is not None and organisation.pk in barred and asked.code not in LAWFUL:
        organisation, rule = None, None
    case = Case(
        regime=asked.code,
        region=report.region,
        report=report,
        number=report.number,
        status="submitted",
        territory=territory,
        organisation=organisation,
        lat=report.lat,
        lon=report.lon,
        received_at=report.received_at,
        updated_at=now,
    )
    take_topic(case, topic)
    clockwork.start(case, now)
    clockwork.log(case, "start", now, SYSTEM, None, case.stage_due, "поступило")
    clockwork.keep(case, fresh=True)
    tell(case, events.CaseOpened, SYSTEM, now, repeats=earlier_alike(case), **weight(case))
    if certain and topic is not None:
        register(case, SYSTEM, now, since=since, reason=why)
        pass_on(case, organisation, None, rule, None, now)
        clockwork.keep(case)
    return case


def _bar_declared(report: Report, now: datetime) -> frozenset[int]:
    """Close the branch of a body that the author said they complain about."""
    target = organisations().get(str(report.extra.get("complaint_on") or ""))
    if target is not None:
        bar(report, target, by=report.author.ref if report.author else "anonymous", now=now)
    return barred_for(report.pk)


@command
def register_case(
    number: str,
    *,
    organisation: Organisation | None = None,
    rule: RoutingRule | None = None,
    public: bool | None = None,
    verb: str = "register",
    by: Official,
    now: datetime,
) -> Case:
    """Take a message to work after a moderator's look, and pass it to its body."""
    case = locked(number)
    if case.topic is None:
        raise rules.Refused("no_topic", "Сначала выберите тему", "Choose a topic first")
    kept = case.organisation
    if kept is not None and kept.pk in barred_for(case.report_id):
        kept = None  # the rule's body is complained about: coordinators decide
    case.organisation = organisation or kept  # the whole clock is by its schedule
    register(case, by.ref, now, verb)
    if public is not None:
        case.public = public and not case.closed_contour
    pass_on(case, case.organisation, None, rule, by if organisation else None, now)
    clockwork.keep(case)
    return case


@command
def reject_case(number: str, *, reason: str, note: str = "", by: Official, now: datetime) -> Case:
    """Refuse a message with a reason from the list and advice how to mend it.

    Whose refusal was found wrong does not refuse it again.
    """
    case = locked(number)
    rules.may_judge_refusal(by.ref, refused_by(case))
    move(case, "reject", now, by.ref, reason)
    case.closed_at, case.public = now, False
    clockwork.keep(case)
    keep_note(case, "rejected", note, by.ref, now, code=reason, to_author=True)
    tell(case, events.CaseRejected, by.ref, now, reason=reason)
    return case


@command
def ask_author(number: str, *, text: str, by: Official, now: datetime) -> Case:
    """Ask the author for what is missing; the message's clock stands meanwhile."""
    case = locked(number)
    if not text.strip():
        raise rules.Refused("empty", "Напишите, что уточнить", "Say what is missing")
    move(case, "ask", now, by.ref)
    clockwork.keep(case)
    until = now + timedelta(days=CLARIFY_DAYS)
    keep_note(case, "question", text, by.ref, now, to_author=True, until=until)
    tell(case, events.CaseQuestioned, by.ref, now)
    return case


@command
def merge_case(number: str, *, into: str, by: Official, now: datetime) -> Case:
    """Join a message to another about the same trouble; its author follows that one."""
    first, second = sorted((number, into))
    pair = {each: locked(each) for each in (first, second)}
    case, target = pair[number], pair.get(into)
    apart = target is None or target.closed_contour != case.closed_contour
    if target is None or apart or number == into or target.status not in rules.OPEN:
        raise rules.Refused("no_target", "К этому номеру нельзя присоединить", "Cannot join it")
    move(case, "merge", now, by.ref)
    case.merged_into, case.closed_at, case.public = target, now, False
    clockwork.keep(case)
    target.supports += 1
    target.updated_at = now
    target.save(update_fields=["supports", "updated_at"])
    Support.objects.get_or_create(
        case=target,
        key=f"report:{number}",
        defaults={
            "region": case.region,
            "person": case.report.author,
            "email": case.report.email,
            "phone": case.report.phone,
            "token": secrets.token_urlsafe(16),
            "channel": case.report.channel,
            "at": now,
        },
    )
    tell(case, events.CaseMerged, by.ref, now, into=target.number)
    tell(target, events.CaseSupported, f"report:{number}", now, supports=target.supports)
    return case


@command
def retopic_case(
    number: str,
    *,
    topic: Topic,
    territory: Territory | None,
    organisation: Organisation | None,
    by: Official,
    now: datetime,
) -> Case:
    """Correct topic or place; weight and deadlines follow, counted from the same start."""
    case = locked(number)
    move(case, "retopic", now, by.ref)
    take_topic(case, topic)
    case.territory = territory
    early = case.status in {"submitted", "contested", "registered", "coordination"}
    if early and case.regime not in LAWFUL:
        barred = barred_for(case.report_id)
        case.organisation = None if organisation and organisation.pk in barred else organisation
    case.public = case.public and may_be_public(case)
    clockwork.restart(case, now, by.ref, "исправлена тема")
    clockwork.keep(case)
    tell(case, events.CaseRetopiced, by.ref, now, **weight(case))
    return case
