"""Coming in by a phone's code; messages sent without signing in become one's own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from otklik.demo import accounts
from otklik.flow.channels.sms.models import PhoneCode, SmsMessage
from otklik.flow.intake.commands import secret_of
from otklik.flow.intake.models import Report
from otklik.ground.accounts.models import Person, ProvenPhone
from otklik.journal.reading import about
from tests.cast import NOW, anna_writes, boris, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PHONE = "+79215550161"
TYPED = "8 (921) 555-01-61"


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sent_code() -> str:
    found = re.search(r"\d{3} \d{3}", SmsMessage.objects.filter(purpose="entry")[0].text)
    assert found is not None
    return found[0]


def come_in(client: Client, more: str = "") -> Any:
    assert client.post(f"/enter/phone/{more}", {"phone": TYPED})["Location"] == "/enter/phone/code/"
    return client.post("/enter/phone/code/", {"code": sent_code()})


def whose(client: Client) -> Person:
    return Person.objects.get(pk=client.session["_auth_user_id"])


def test_a_new_phone_opens_a_cabinet_and_a_known_one_the_same(settings: Any) -> None:
    client = Client()
    assert "Войти по коду из СМС" in client.get("/accounts/login/").content.decode()
    assert come_in(client, "?next=/send/")["Location"] == "/send/"
    person = whose(client)
    assert (person.level, person.phone, person.email) == ("phone", PHONE, "")
    assert client.get("/cabinet/").status_code == 200
    page = client.get("/cabinet/access/").content.decode()
    assert PHONE in page
    again = Client()
    come_in(again)
    assert whose(again).pk == person.pk
    kinds = [entry.kind for entry in about(person.ref)]
    assert kinds == ["person.joined", "person.identity_linked", "person.level_changed"]


def test_the_code_works_once_a_few_minutes_and_for_a_few_tries() -> None:
    client = Client()
    come_in(client)
    used = sent_code()
    other = Client()
    other.post("/enter/phone/", {"phone": PHONE})
    wrong = "000000" if sent_code() != "000 000" else "000001"
    assert other.post("/enter/phone/code/", {"code": used}).status_code in {302, 422}
    for _ in range(5):
        answer = other.post("/enter/phone/code/", {"code": wrong})
        assert answer.status_code == 422
    assert "Код не подошёл" in answer.content.decode()
    assert other.post("/enter/phone/code/", {"code": sent_code()}).status_code == 422, "no tries"
    assert PHONE not in str(list(PhoneCode.objects.values())), "no phone beside the code"


def test_an_old_code_opens_nothing(settings: Any) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.post("/enter/phone/", {"phone": PHONE})
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        answer = client.post("/enter/phone/code/", {"code": sent_code()})
    assert answer.status_code == 422


def test_the_door_says_the_same_of_known_and_unknown_phones() -> None:
    ProvenPhone.objects.create(
        region=boris().region, person=boris().person, phone="+79215550199", at=NOW
    )
    for phone in ("+79215550199", "+79215550198"):
        client = Client()
        answer = client.post("/enter/phone/", {"phone": phone}, follow=True)
        assert answer.status_code == 200
        assert "Отправлен на" in answer.content.decode()
        assert phone not in answer.content.decode()
    assert SmsMessage.objects.filter(purpose="entry").count() == 2


def test_codes_in_a_row_are_stopped_and_a_phone_that_is_none_is_told() -> None:
    client = Client()
    wrong = client.post("/enter/phone/", {"phone": "12"})
    assert wrong.status_code == 422
    assert 'value="12"' in wrong.content.decode(), "what was typed is kept"
    statuses = [client.post("/enter/phone/", {"phone": PHONE}).status_code for _ in range(7)]
    assert statuses[0] == 302
    assert statuses[-1] == 429
    assert SmsMessage.objects.filter(purpose="entry").count() <= 5


def test_a_code_belongs_to_the_browser_that_asked() -> None:
    Client().post("/enter/phone/", {"phone": PHONE})
    stranger = Client().post("/enter/phone/code/", {"code": sent_code()})
    assert stranger["Location"] == "/enter/phone/"


def test_the_demo_shows_the_text_that_went_nowhere_and_nothing_else_does(settings: Any) -> None:
    client = Client()
    client.post("/enter/phone/", {"phone": PHONE})
    assert sent_code() not in client.get("/enter/phone/code/").content.decode()
    settings.DEMO = True
    assert sent_code() in client.get("/enter/phone/code/").content.decode()
    settings.SMS_GATEWAY_URL = "https://gateway.example/"
    assert sent_code() not in client.get("/enter/phone/code/").content.decode()


def test_one_who_is_signed_in_adds_a_phone_that_is_nobody_else_s() -> None:
    anna = signed_in(accounts.person(accounts.CITIZEN))
    come_in(anna)
    assert ProvenPhone.objects.get().person == accounts.person(accounts.CITIZEN)
    assert accounts.person(accounts.CITIZEN).level == "confirmed", "a higher level stays"
    guest = Client()
    come_in(guest)
    assert whose(guest) == accounts.person(accounts.CITIZEN)
    nina = signed_in(accounts.person(accounts.NEIGHBOUR))
    come_in(nina)
    page = nina.get("/cabinet/access/").content.decode()
    assert "уже ведёт в другой кабинет" in page
    assert ProvenPhone.objects.get().person == accounts.person(accounts.CITIZEN)


def test_an_official_by_phone_still_needs_the_second_factor(settings: Any) -> None:
    come_in(signed_in(boris()))
    settings.STAFF_MFA = True
    client = Client()
    come_in(client)
    assert client.get("/desk/")["Location"].startswith("/accounts/2fa/")


def test_a_message_is_claimed_by_its_number_and_secret() -> None:
    receipt = anna_writes(author=None)
    client = signed_in(accounts.person(accounts.NEIGHBOUR))
    wrong = client.post("/cabinet/claim/", {"number": receipt.number, "secret": "AAAA-AAAA"})
    assert wrong.status_code == 422
    assert "не подходят" in wrong.content.decode()
    right = {"number": receipt.number, "secret": secret_of(receipt.number)}
    assert client.post("/cabinet/claim/", right)["Location"] == "/cabinet/"
    assert Report.objects.get(pk=receipt.report_id).author == accounts.person(accounts.NEIGHBOUR)
    spoken = Report.objects.get(pk=receipt.report_id).spoken
    assert spoken in client.get("/cabinet/").content.decode()
    kinds = [entry.kind for entry in about(f"report:{receipt.number}")]
    assert kinds.count("report.claimed") == 1
    client.post("/cabinet/claim/", right)
    assert [each.kind for each in about(f"report:{receipt.number}")] == kinds, "claimed once"
    other = signed_in(accounts.person(accounts.CITIZEN))
    answer = other.post("/cabinet/claim/", right)
    assert answer.status_code == 422
    assert "в другом кабинете" in answer.content.decode()
    assert Client().post("/cabinet/claim/", right)["Location"].startswith("/accounts/login/")


def test_what_was_opened_before_signing_in_is_offered_and_taken_at_once() -> None:
    receipts = [anna_writes(author=None) for _ in range(2)]
    anna = anna_writes()
    client = Client()
    for each in (*receipts, anna):
        opened = {"number": each.number, "secret": secret_of(each.number)}
        assert client.post("/track/", opened).status_code == 302
    come_in(client)
    page = client.get("/cabinet/").content.decode()
    assert "отправленные без входа" in page
    for each in receipts:
        assert Report.objects.get(pk=each.report_id).spoken in page
    assert Report.objects.get(pk=anna.report_id).spoken not in page, "Anna's is hers"
    client.post("/cabinet/claim/", {"all": "1"})
    assert Report.objects.filter(author=whose(client)).count() == 2
    assert Report.objects.get(pk=anna.report_id).author == accounts.person(accounts.CITIZEN)
    assert "отправленные без входа" not in client.get("/cabinet/").content.decode()
