"""Journey: coordinators keep passing potholes on; an administrator takes the rule they propose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.arbitration.models import Verdict
from otklik.flow.cases import commands as cases
from otklik.flow.cases.models import Case
from otklik.ground.kit.memo import forget
from otklik.ground.organisations.queries import organisations
from otklik.ground.topics.models import RoutingRule
from otklik.journal.reading import about
from tests.cast import bound, opened_case, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
DISTRICT = "adm-cherepovets-city"


def handed(count: int) -> list[Case]:
    """Let a rule route cases, and a coordinator pass each on to another body."""
    made, staff = [], bound("curator")
    for place in range(count):
        now = timezone.now() - timedelta(hours=place + 2)
        case = opened_case(now=now, text=f"Большая яма на дороге у дома {place + 1}")
        assert case.assignments.get().rule is not None
        to = organisations()[DISTRICT]
        cases.assign_case(case.number, organisation=to, by=staff, now=now + timedelta(hours=1))
        made.append(case)
    return made


def page_of(official: object) -> str:
    text: str = signed_in(official).get("/desk/routing/").content.decode()  # type: ignore[arg-type]
    return text


def test_five_hand_overs_propose_a_rule_and_an_administrator_takes_it() -> None:
    admin = accounts.official(accounts.ADMINISTRATOR)
    handed(4)
    assert "Принять правило" not in page_of(admin)
    one = handed(1)[0]
    page = page_of(admin)
    assert "Принять правило" in page
    assert one.topic is not None
    assert one.territory is not None
    before = RoutingRule.objects.count()
    key = f"{one.topic.code}/{one.territory.code}/{DISTRICT}"
    answer = signed_in(admin).post("/desk/routing/", {"key": key, "accept": "1"})
    assert answer.status_code == 302
    rule = RoutingRule.objects.get(topic=one.topic, territory=one.territory, owner="")
    assert rule.organisation == organisations()[DISTRICT]
    line = rule.history.first()
    assert line.history_user == admin.person
    assert "координаторов: 5" in line.history_change_reason
    assert RoutingRule.objects.count() - before in {0, 1}
    assert "Принять правило" not in page_of(admin)
    (fact,) = about(f"routing:{Verdict.objects.get().pk}")
    assert (fact.data["accepted"], fact.data["cases"]) == (True, 5)
    forget()
    fresh = opened_case(now=timezone.now(), text="Ещё одна яма на дороге у моста")
    assert fresh.organisation == organisations()[DISTRICT]


def test_it_is_declined_with_a_reason_alone_and_does_not_come_back() -> None:
    admin = accounts.official(accounts.ADMINISTRATOR)
    one = handed(5)[0]
    assert one.topic is not None
    assert one.territory is not None
    key = f"{one.topic.code}/{one.territory.code}/{DISTRICT}"
    rules = RoutingRule.objects.count()
    bare = signed_in(admin).post("/desk/routing/", {"key": key})
    assert bare.status_code == 422
    assert "почему правило не нужно" in bare.content.decode()
    said = {"key": key, "reason": "Временно: ремонт моста"}
    assert signed_in(admin).post("/desk/routing/", said).status_code == 302
    page = page_of(admin)
    assert "Принять правило" not in page
    assert "ремонт моста" in page
    assert RoutingRule.objects.count() == rules


def test_others_neither_see_nor_settle_proposals() -> None:
    for role in ("curator", "moderator", "region_head"):
        client = signed_in(bound(role))
        assert client.get("/desk/routing/").status_code == 403
        assert client.post("/desk/routing/", {"key": "a/b/c", "accept": "1"}).status_code == 403
