"""Received in person: asked on the site, answered by the reception in three working days, noted."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import commands as cases
from otklik.flow.channels.sms.models import SmsMessage
from otklik.flow.intake.models import Report
from otklik.flow.privacy.commands import forget_person
from otklik.flow.reception import timers
from otklik.flow.reception.commands import plan_control
from otklik.flow.reception.models import Booking, ControlPoint, Receiver, Slot
from otklik.ground.territories.queries import region
from otklik.journal.models import Entry
from tests.cast import NOW, boris, clara, opened_case, signed_in
from tests.journeys.test_english import russian

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
DAY = timedelta(days=1)


@pytest.fixture
def tamara() -> Client:
    return signed_in(accounts.official(accounts.RECEPTIONIST))


@pytest.fixture
def slot() -> Slot:
    receiver = Receiver.objects.create(
        region=region(), name="Соколов Пётр Ильич", position="Заместитель губернатора",
        place="Вологда, улица Герцена, 2",
    )  # fmt: skip
    starts = timezone.now() + 3 * DAY
    return Slot.objects.create(region=region(), receiver=receiver, starts_at=starts)


def said(slot: Slot, **more: Any) -> dict[str, Any]:
    return {"receiver": str(slot.receiver_id), "name": "Белова Нина Петровна",
            "phone": "8 900 555-01-01", "theme": "Сельская школа", "text": "Хотят закрыть школу",
            "days": "вторник", **more}  # fmt: skip


def asked(client: Client, slot: Slot) -> Booking:
    answer = client.post("/reception/", said(slot), follow=True)
    assert "Ответим до" in answer.content.decode()
    return Booking.objects.get()


def acts(client: Client, booking: Booking, verb: str, **typed: str) -> str:
    answer = client.post(f"/desk/reception/{booking.pk}/{verb}/", typed, follow=True)
    booking.refresh_from_db()
    return answer.content.decode()


def test_asked_set_reminded_held_and_made_a_message(
    client: Client, tamara: Client, slot: Slot
) -> None:
    booking = asked(client, slot)
    assert not Report.objects.exists()  # it is no appeal
    assert "Сельская школа" in tamara.get("/desk/reception/").content.decode()
    acts(tamara, booking, "confirm", slot=str(slot.pk))
    assert booking.state == "confirmed"
    page = client.get(f"/reception/{booking.token}/").content.decode()
    assert "Назначено" in page
    assert "Вологда, улица Герцена, 2" in page

    for _ in range(2):
        timers.run(slot.starts_at - DAY / 2)
    purposes = SmsMessage.objects.filter(subject=booking.ref).values_list("purpose", flat=True)
    assert sorted(purposes) == ["reception-set", "reception-soon"]

    day = timezone.localtime(slot.starts_at).date()
    assert "Белова" in tamara.get(f"/desk/reception/day/?day={day}").content.decode()
    page = acts(tamara, booking, "held")
    assert "Напишите, чем кончился приём" in page
    acts(tamara, booking, "held", outcome="Разберёмся до декабря", message="Не закрывать школу")
    assert booking.state == "held"
    assert booking.report is not None
    assert (booking.report.channel, booking.report.phone) == ("governor", "+79005550101")


def test_refused_with_a_reason_that_its_author_reads(
    client: Client, tamara: Client, slot: Slot
) -> None:
    booking = asked(client, slot)
    assert "Напишите, почему отказано" in acts(tamara, booking, "refuse")
    acts(tamara, booking, "refuse", reason="Этот вопрос решает совет округа")
    page = client.get(f"/reception/{booking.token}/").content.decode()
    assert "Этот вопрос решает совет округа" in page
    assert "уже решено" in acts(tamara, booking, "confirm", slot=str(slot.pk))


def test_a_time_is_given_once(client: Client, tamara: Client, slot: Slot) -> None:
    booking = asked(client, slot)
    acts(tamara, booking, "confirm", slot=str(slot.pk))
    client.post("/reception/", said(slot, phone="8 900 555-01-02"))
    second = Booking.objects.exclude(pk=booking.pk).get()
    assert "занято" in acts(tamara, second, "confirm", slot=str(slot.pk))
    assert second.state == "asked"


def test_an_english_reader_asks_too(client: Client, slot: Slot) -> None:
    booking = asked(client, slot)
    for path in ("/reception/", f"/reception/{booking.token}/"):
        page = client.get(path, headers={"accept-language": "en"}).content.decode()
        assert "eception" in page or "eceived" in page
        assert not russian(page, ())
    mistake = client.post("/reception/", {}, headers={"accept-language": "en"})
    assert "Choose whom to see" in mistake.content.decode()


def test_one_who_is_erased_is_erased_here_too(client: Client, slot: Slot) -> None:
    anna = accounts.person(accounts.CITIZEN)
    anna.phone = "+79005550101"
    anna.save()
    booking = asked(client, slot)
    forget_person(anna, by="system", now=NOW)
    booking.refresh_from_db()
    assert (booking.name, booking.phone, booking.phone_print) == ("", "", "")


def test_who_asked_waits_and_asks_once(client: Client, slot: Slot) -> None:
    booking = asked(client, slot)
    page = client.post("/reception/", said(slot, phone="+7 (900) 555-01-01")).content.decode()
    assert "дождитесь ответа" in page
    assert Booking.objects.get() == booking


def test_an_administrator_sets_who_receives_and_when(client: Client) -> None:
    admin = signed_in(accounts.official(accounts.ADMINISTRATOR))
    starts = timezone.localtime() + 2 * DAY
    typed = {
        "name": "Лебедева Ольга Сергеевна", "position": "Заместитель губернатора",
        "questions": "Школы", "place": "Вологда", "order": "1", "active": "on",
        "slots-TOTAL_FORMS": "1", "slots-INITIAL_FORMS": "0",
        "slots-0-starts_at_0": f"{starts:%d.%m.%Y}", "slots-0-starts_at_1": "15:20",
        "slots-0-minutes": "20",
    }  # fmt: skip
    answer = admin.post("/admin/reception/receiver/add/", typed)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get("/reception/").content.decode()
    assert "Лебедева Ольга Сергеевна" in page
    assert "15:20" in page
    assert Receiver.history.get().history_user == accounts.person(accounts.ADMINISTRATOR)
    assert Slot.history.count() == 1


def test_the_governors_channel_sets_the_terms_but_an_emergency_stays_one() -> None:
    case = opened_case(channel="governor")
    urgent = opened_case(channel="governor", text="В доме нет тепла", topic="heat-none", lat=59.3)
    assert case.policy is not None
    assert case.policy.code == "GOV-RECEPTION"
    assert urgent.urgent


def test_three_working_days_and_then_it_is_late(client: Client, slot: Slot) -> None:
    booking = asked(client, slot)
    for _ in range(2):
        timers.run(booking.due + timedelta(minutes=1))
    facts = Entry.objects.filter(kind="reception.overdue", subject=booking.ref)
    assert facts.count() == 1


@pytest.mark.parametrize(("typed", "told"), [
    ({"phone": "12"}, "Проверьте телефон"), ({"theme": " "}, "Напишите тему"),
    ({"receiver": "0"}, "Выберите, к кому"), ({"name": ""}, "Напишите фамилию"),
])  # fmt: skip
def test_mistakes_lose_nothing(client: Client, slot: Slot, typed: Any, told: str) -> None:
    answer = client.post("/reception/", said(slot, **typed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert "Хотят закрыть школу" in page
    assert not Booking.objects.exists()


def test_nobody_else_sees_who_asked(client: Client, slot: Slot) -> None:
    booking = asked(client, slot)
    assert client.get("/reception/nobody/").status_code == 404
    other = signed_in(accounts.official(accounts.MODERATOR))
    for path in ("/desk/reception/", "/desk/reception/day/", "/desk/reception/control/"):
        assert other.get(path).status_code == 403
    assert other.post(f"/desk/reception/{booking.pk}/refuse/", {"reason": "x"}).status_code == 403


def test_an_appeal_to_the_governor_is_looked_at_on_day_twenty(tamara: Client) -> None:
    case = opened_case(channel="governor")
    usual = opened_case(channel="site", lat=59.4, lon=40.1)
    for each in (case, usual, case):
        plan_control(each.number, now=NOW)
    point = ControlPoint.objects.get()
    assert (point.due.date() - NOW.date()).days in {18, 19, 20}  # a day off goes back
    for _ in range(2):
        timers.run(point.due + timedelta(minutes=1))
    assert Entry.objects.filter(kind="reception.control_due").count() == 1
    assert case.spoken in tamara.get("/desk/reception/control/").content.decode()
    path = f"/desk/reception/control/{case.spoken}/"
    assert tamara.post(path, {"note": ""}).status_code == 422
    tamara.post(path, {"note": "Ответ готовят, успевают"})
    page = tamara.get("/desk/reception/control/?done=1").content.decode()
    assert "Ответ готовят, успевают" in page
    assert re.search(r"Т[^<]*Светлова", page)


def test_what_was_answered_needs_no_look(tamara: Client) -> None:
    case = opened_case(channel="governor")
    plan_control(case.number, now=NOW)
    assert case.spoken in tamara.get("/desk/reception/control/").content.decode()
    said = "Яму заделали 25 ноября силами подрядчика, стояла три дня"
    cases.submit_answer(case.number, text=said, result="explained", by=boris(), now=NOW)
    cases.approve_answer(case.number, by=clara(), now=NOW)
    assert case.spoken not in tamara.get("/desk/reception/control/").content.decode()
