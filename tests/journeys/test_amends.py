"""A low rating obliges: the head of the body that answered gets in touch with the author."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import timezone

from otklik.demo import accounts
from otklik.faces.desk import amends
from otklik.flow.amends.commands import report_contact
from otklik.flow.amends.models import Duty
from otklik.flow.cases import commands as cases
from otklik.flow.control import timers
from otklik.flow.control.models import Alarm
from otklik.flow.control.queries import unseen
from otklik.flow.rating.commands import rate_answer
from otklik.journal.following import catch_up
from otklik.readers.notifications import jobs
from otklik.readers.notifications.models import Delivery
from tests.cast import boris, bound, clara, elena, opened_case, signed_in

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
CITY = "adm-vologda-city"
ANSWER = "Яму заделали 25 ноября, работал подрядчик города, летом обновим всю улицу"


def rated(stars: int, *, dispute: bool = False) -> Case:
    now = timezone.now() - timedelta(hours=1)
    case = opened_case(now=now)
    cases.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=now)
    cases.approve_answer(case.number, by=clara(), now=now)
    rate_answer(
        case.number, answer_score=stars, result_score=stars, comment="Яма на месте, +79215550142",
        dispute=dispute, now=timezone.now(),
    )  # fmt: skip
    return case


def test_a_low_rating_obliges_the_head_and_the_author_hears_what_came_of_it() -> None:
    low, good, disputed = rated(2), rated(5), rated(1, dispute=True)
    catch_up(["amends"])
    catch_up(["amends"])
    (duty,) = Duty.objects.all()
    assert (duty.case, duty.organisation.code) == (low, CITY)
    assert duty.due > timezone.now()

    head = bound("head", organisation=CITY, home=CITY)
    client = signed_in(head)
    page = client.get("/desk/amends/").content.decode()
    assert low.spoken in page
    assert good.spoken not in page
    assert disputed.spoken not in page
    assert "связаться до" in page
    assert signed_in(elena()).get("/desk/amends/").status_code == 403
    other = bound("head", organisation="adm-cherepovets-city", home="adm-cherepovets-city")
    address = f"/desk/amends/{duty.pk}/"
    assert signed_in(other).post(address, {"asked": "А", "outcome": "Б"}).status_code == 404
    refused = client.post(address, {"asked": "Что не так?", "outcome": ""})
    assert refused.status_code == 422
    assert "Что не так?" in refused.content.decode()

    Duty.objects.update(due=timezone.now() - timedelta(hours=1))
    assert "просрочено" in client.get("/desk/amends/").content.decode()
    client.post(address, {"asked": "Что не так?", "outcome": "Доделаем завтра"})
    duty.refresh_from_db()
    assert (duty.done_by, duty.outcome) == (head, "Доделаем завтра")
    assert "позже срока" in client.get("/desk/amends/").content.decode()
    catch_up(["notifications"])
    jobs.deliver(delivery_ids=list(Delivery.objects.values_list("pk", flat=True)))
    assert any("Доделаем завтра" in each.body for each in mail.outbox)
    own = signed_in(accounts.person(accounts.CITIZEN)).get(f"/m/{low.spoken}/").content.decode()
    assert "руководитель связался с автором" in own
    assert "Доделаем завтра" in own


def test_a_talk_that_is_missed_is_told_upwards_by_the_policys_steps_each_once() -> None:
    low = rated(1)
    catch_up(["amends"])
    catch_up(["control"])
    (duty,) = Duty.objects.all()
    head = bound("head", organisation=CITY, home=CITY)
    curator = bound("curator")
    timers.run(timezone.now())
    assert not Alarm.objects.filter(duty=duty).exists(), "nothing is due yet"
    moment = duty.due + timedelta(days=30)
    for _ in range(2):
        timers.run(moment)
    told = Alarm.objects.filter(duty=duty)
    assert {each.level for each in told.filter(late=True)} == {"head", "curator"}
    assert len({each.step for each in told}) == len(told), "each step once"
    assert unseen(head) >= 1
    assert unseen(curator) == 1
    page = signed_in(curator).get("/desk/reminders/").content.decode()
    assert low.spoken in page
    assert "связаться после низкой оценки" in page
    shown = signed_in(curator).get(f"/desk/c/{low.spoken}/").content.decode()
    assert "Связаться после низкой оценки" in shown
    assert "Напомнили: после низкой оценки" in shown

    other = rated(2)
    catch_up(["amends"])
    catch_up(["control"])
    done = Duty.objects.get(case=other)
    report_contact(done.pk, asked="Что не так?", outcome="Сделали", by=head, now=timezone.now())
    catch_up(["control"])
    timers.run(moment)
    assert not Alarm.objects.filter(duty=done).exists(), "who did it in time is told of to nobody"


def test_what_waits_comes_in_pages_and_a_refused_form_keeps_its_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(amends, "PAGE", 1)
    for _ in range(2):
        rated(1)
    catch_up(["amends"])
    client = signed_in(bound("head", organisation=CITY, home=CITY))
    first, second = Duty.objects.order_by("due", "pk")
    page = client.get("/desk/amends/?page=2").content.decode()
    assert first.case.spoken not in page
    address = page.split('method="post" action="')[-1].split('"')[0]
    assert address == f"/desk/amends/{second.pk}/?page=2"
    refused = client.post(address, {"asked": "Что не так?", "outcome": ""}).content.decode()
    assert "Что не так?" in refused, "what was typed is not left on another page"
