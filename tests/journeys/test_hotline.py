"""A caller without an account: served by an operator, told a number, follows it by a text message.

Anna phones; Galina at the hotline writes down; Anna opens her message by number and code.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from otklik.demo import accounts
from otklik.demo.accounts import MODERATOR, OPERATOR
from otklik.flow.calls.models import Call, Callback
from otklik.flow.cases.models import Case, Support
from otklik.flow.channels.sms.models import SmsMessage
from otklik.flow.intake.models import Report
from otklik.flow.problems.commands import Draft, open_problem
from otklik.flow.problems.models import Problem
from otklik.flow.triage.commands import decide
from otklik.ground.accounts.models import Look
from otklik.ground.territories.queries import locate, territories
from otklik.ground.topics.queries import fact
from tests.cast import opened_case, signed_in

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PHONE = "+79005550101"
WORDS = "Третий день не вывозят мусор, баки переполнены"
PLACE = "Вологда, улица Герцена, 12"


@pytest.fixture
def galina() -> Client:
    return signed_in(accounts.official(OPERATOR))


def said(**more: Any) -> dict[str, Any]:
    return {"phone": "8 900 555-01-01", "name": "Анна", "text": WORDS, "address": PLACE,
            "public": "on", "sms": "1", **more}  # fmt: skip


def saved(galina: Client, **more: Any) -> str:
    """Save a card; return the page that follows."""
    answer = galina.post("/desk/call/", said(**more), follow=True)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def helped(galina: Client, **more: Any) -> str:
    answer: HttpResponse = galina.post("/desk/call/help/", said(**more))  # type: ignore[assignment]
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_caller_is_served_and_follows_by_the_text_message(galina: Client, client: Client) -> None:
    page = saved(galina, topic="waste-not-collected")
    report = Report.objects.get(channel="hotline")
    assert f'data-number="{report.spoken}"' in page
    assert (report.phone, report.territory.code if report.territory else "") == (
        PHONE, "vologda-city",
    )  # fmt: skip
    assert report.extra["phone_verified"] == accounts.official(OPERATOR).ref
    call = Call.objects.get()
    assert (call.report, call.recorded) == (report, True)

    message = SmsMessage.objects.get()
    assert report.spoken in message.text
    code = re.search(r"\d{3} \d{3}", message.text)
    assert code is not None
    decide(report.pk, now=timezone.now())
    answer = client.post("/track/", {"number": report.spoken, "secret": code[0]}, follow=True)
    assert WORDS in answer.content.decode()

    again = helped(galina, changed="phone")
    assert report.spoken in again
    assert 'data-caller="Анна"' in again
    look = Look.objects.get(what="contact")
    assert (look.subject, look.official) == (f"case:{report.number}", accounts.official(OPERATOR))


def test_a_wrong_digit_of_a_number_is_told_at_tracking_in_the_queue_and_on_the_hotline(
    galina: Client, client: Client
) -> None:
    case = opened_case()
    spoken = case.spoken
    wrong = f"{spoken[:-1]}{(int(spoken[-1]) + 3) % 10}"
    swapped = next(
        f"{spoken[:n]}{spoken[n + 1]}{spoken[n]}{spoken[n + 2 :]}"
        for n in (0, 1, 2, 5, 6, 7)
        if spoken[n] != spoken[n + 1]
    )
    for number in (wrong, swapped, wrong.replace("-", " ")):
        tracked = client.post("/track/", {"number": number, "secret": "AAAA-AAAA"})
        assert tracked.status_code == 422
        assert "такой номер не мог быть выдан" in tracked.content.decode()
        asked = galina.post("/desk/call/", said(number=number, do="find")).content.decode()
        assert "Попросите повторить по цифрам" in asked
        assert WORDS in asked, "what was typed stays"
        assert "такой номер не мог быть выдан" in galina.get(f"/desk/?q={number}").content.decode()
    right = client.post("/track/", {"number": spoken, "secret": "AAAA-AAAA"}).content.decode()
    assert "не подходят друг к другу" in right
    found = galina.post("/desk/call/", said(number=spoken, do="find")).content.decode()
    assert f'href="/desk/c/{spoken}/"' in found
    assert not Report.objects.filter(channel="hotline").exists()


def test_without_a_text_message_the_code_is_read_aloud(galina: Client, client: Client) -> None:
    page = saved(galina, sms="0")
    assert not SmsMessage.objects.exists()
    secret = re.search(r"data-secret>([^<]+)<", page)
    number = re.search(r'data-number="([^"]+)"', page)
    assert secret is not None
    assert number is not None
    answer = client.post("/track/", {"number": number[1], "secret": secret[1]})
    assert answer.status_code == 302
    assert "data-secret" not in galina.get("/desk/call/").content.decode()


def test_help_while_they_talk(galina: Client) -> None:
    page = helped(galina, text="В подъезде сильно пахнет газом", changed="text")
    assert "Соедините со 104 или 112" in page
    assert 'value="gas-smell"' in page
    assert "Кто звонит" not in page  # the phone did not change
    page = helped(galina, text=WORDS, topic="waste-not-collected")
    assert "Сколько дней не вывозят" in page


def outage() -> Problem:
    topic, place, now = fact("heat-none"), locate("Вологда, улица Ленина"), timezone.now()
    assert topic is not None
    assert place is not None
    draft = Draft(
        title="Авария на Ленина, 5", topic=topic, kind="outage", lat=place.lat, lon=place.lon,
        territory=territories()[place.territory], radius_m=1500, starts_at=now,
        expected_at=now + timedelta(hours=5),
    )  # fmt: skip
    return open_problem(draft, by=accounts.official(MODERATOR), now=now)


def test_one_key_joins_a_caller_to_what_is_known(galina: Client) -> None:
    problem = outage()
    words = {"text": "Нет отопления, батареи ледяные", "address": "Вологда, улица Ленина, 7"}
    page = helped(galina, **words)
    assert "Авария на Ленина, 5" in page
    assert f'value="join:{problem.pk}"' in page
    for _ in range(2):  # the same caller counts once
        page = saved(galina, **words, do=f"join:{problem.pk}")
        assert "Присоединили: Авария на Ленина, 5" in page
    problem.refresh_from_db()
    assert problem.joined == 1
    assert problem.joinings.get().phone == PHONE
    assert not Report.objects.filter(channel="hotline").exists()
    assert "Авария на Ленина, 5" in SmsMessage.objects.filter(purpose="joined")[0].text


def test_one_key_joins_a_caller_to_the_same_message_nearby(galina: Client) -> None:
    case = opened_case(address=PLACE, place="address", lat=None, lon=None, now=timezone.now(),
                       text="Большая яма", author=None, contact="none", email="")  # fmt: skip
    assert case.public
    page = helped(galina, text="У дома большая яма на дороге", topic="", changed="text")
    assert f'value="support:{case.spoken}" data-support' in page
    for _ in range(2):  # pressed twice, counted once
        answer = galina.post("/desk/call/", said(do=f"support:{case.spoken}"), follow=True)
        assert f"Присоединили к сообщению {case.spoken}" in answer.content.decode()
    assert Support.objects.get(case=case).phone == PHONE
    assert {(each.recorded, each.report) for each in Call.objects.all()} == {(True, None)}
    assert case.spoken in SmsMessage.objects.first().text  # type: ignore[union-attr]
    assert Report.objects.count() == 1
    no_phone = galina.post("/desk/call/", said(do=f"support:{case.spoken}", phone="12"))
    assert (no_phone.status_code, WORDS in no_phone.content.decode()) == (422, True)
    assert galina.post("/desk/call/", said(do="support:0000-0000")).status_code == 404
    Case.objects.update(public=False)
    assert galina.post("/desk/call/", said(do=f"support:{case.spoken}")).status_code == 404


def test_nobody_is_joined_without_a_phone(galina: Client) -> None:
    answer = galina.post("/desk/call/", said(phone="", do=f"join:{outage().pk}"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Нужен телефон звонящего" in page
    assert WORDS in page


def test_mistakes_lose_nothing(galina: Client) -> None:
    answer = galina.post("/desk/call/", said(phone="12", text="", why="Уточнить подъезд"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Проверьте телефон" in page
    assert "Напишите, что случилось" in page
    assert "Уточнить подъезд" in page
    assert not Report.objects.filter(channel="hotline").exists()


def test_a_callback_is_promised_missed_and_made(galina: Client) -> None:
    saved(galina, do="callback", text="", why="Узнать номер маршрута", when="15", who="me")
    callback = Callback.objects.get()
    assert callback.official == accounts.official(OPERATOR)
    assert not Report.objects.filter(channel="hotline").exists()
    galina.post(f"/desk/callbacks/{callback.pk}/missed/", {"note": "занято"})
    callback.refresh_from_db()
    assert (callback.state, callback.tries) == ("open", 1)
    page = galina.get("/desk/callbacks/").content.decode()
    assert "не ответили: занято" in page
    card = galina.get(f"/desk/call/?callback={callback.pk}").content.decode()
    assert PHONE in card
    saved(galina, callback=str(callback.pk))
    callback.refresh_from_db()
    assert callback.state == "done"
    assert "Узнать номер маршрута" in galina.get("/desk/callbacks/?which=closed").content.decode()


def test_five_misses_close_a_callback(galina: Client) -> None:
    saved(galina, do="callback", why="Уточнить", when="15")
    callback = Callback.objects.get()
    for _ in range(5):
        galina.post(f"/desk/callbacks/{callback.pk}/missed/")
    callback.refresh_from_db()
    assert callback.state == "dropped"
    answer = galina.post(f"/desk/callbacks/{callback.pk}/reached/")
    assert answer.status_code == 422


def test_the_same_card_sent_twice_is_one_message(galina: Client) -> None:
    for _ in range(2):
        saved(galina, idempotency_key="key-1")
    assert Report.objects.filter(channel="hotline").count() == 1
    assert SmsMessage.objects.count() == 1


@pytest.mark.parametrize("typed", [
    "вологда герцна 12", "Вологде улица Герцена 12", "djkjulf uthwtyf 12",
    "ГЕРЦЕНА ВОЛОГДА, дом 12",
])  # fmt: skip
def test_an_address_typed_in_a_hurry_is_found(client: Client, typed: str) -> None:
    page = client.get("/addresses/", {"q": typed}).content.decode()
    assert 'data-value="Вологда, улица Герцена, 12"' in page


def test_a_village_is_found_and_nonsense_is_not(client: Client) -> None:
    assert "Липин Бор" in client.get("/addresses/", {"q": "липен бор"}).content.decode()
    assert "option" not in client.get("/addresses/", {"q": "ъ"}).content.decode()
    assert "option" not in client.get("/addresses/", {"q": "ыыыыыы"}).content.decode()
