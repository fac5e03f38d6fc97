"""Appeals about migration have terms of their own in the law: by topic and channel, as data."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otklik.flow.appeals.commands import redirect_appeal, register_appeal
from otklik.flow.cases.models import Case, ClockEvent
from otklik.flow.cases.rules import Refused
from otklik.flow.reception.commands import plan_control
from otklik.flow.triage.commands import correct
from otklik.ground.organisations.queries import organisations
from otklik.ground.topics.queries import fact
from tests.cast import NOW, elena, olga, opened_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
TOPIC, APPEAL = "gov-migration-law", {"regime": "appeal_59fz"}
DAY = timedelta(days=1)
POLICE = "fed-police"


def registered(**more: object) -> Case:
    case = opened_case(**{"extra": APPEAL, "text": "В квартире прописано сорок человек", **more})
    register_appeal(case.number, by=olga(), now=NOW)
    case.refresh_from_db()
    return case


def days(case: Case) -> int:
    assert case.due is not None
    return (case.due.date() - NOW.date()).days


def test_it_is_sent_on_within_five_days_and_not_on_the_sixth() -> None:
    police = organisations()[POLICE]
    case, late, usual = registered(topic=TOPIC), registered(topic=TOPIC), registered()
    redirect_appeal(case.number, organisation=police, note="", by=olga(), now=NOW + 2 * DAY)
    with pytest.raises(Refused) as refused:
        redirect_appeal(late.number, organisation=police, note="", by=olga(), now=NOW + 6 * DAY)
    assert "в течение 5 дней" in refused.value.ru
    redirect_appeal(usual.number, organisation=police, note="", by=olga(), now=NOW + 6 * DAY)
    assert {days(case), days(usual)} <= {28, 29, 30}


def test_to_the_governor_it_is_answered_in_twenty_and_looked_at_before() -> None:
    case = registered(topic=TOPIC, channel="governor")
    assert days(case) in {18, 19, 20}
    point = plan_control(case.number, now=NOW)
    assert point is not None
    assert case.due is not None
    assert point.due < case.due - 4 * DAY
    assert days(registered(channel="governor")) in {28, 29, 30}


def test_a_topic_that_is_corrected_brings_its_terms_with_a_reason() -> None:
    case = registered(channel="governor")
    topic = fact(TOPIC)
    assert topic is not None
    correct(case.number, topic=topic, territory=case.territory, by=elena(), now=NOW + DAY)
    case.refresh_from_db()
    assert days(case) in {18, 19, 20}
    line = ClockEvent.objects.filter(case=case, kind="policy").get()
    assert (line.policy, line.reason) == ("GOV-MIGRATION", "исправлена тема")
