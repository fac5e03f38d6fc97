"""Officials come in with a second factor only; guessing is slowed down and written down."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from otklik.demo import accounts
from otklik.ground.accounts.models import FailedLogin, Person
from otklik.ground.kit.sealing import key_of
from otklik.journal.reading import about
from tests.cast import signed_in, vera

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


@pytest.fixture(autouse=True)
def required(settings: Any) -> Iterator[None]:
    settings.STAFF_MFA = True
    cache.clear()
    yield
    cache.clear()


def code_for(secret: str) -> str:
    counters = sorted(yield_hotp_counters_from_time())
    now = counters[len(counters) // 2]  # the middle one: half a minute may pass before it is read
    return str(format_hotp_value(hotp_value(secret, now)))


def sign_in(email: str, password: str = accounts.PASSWORD) -> tuple[Client, Any]:
    client = Client()
    answer = client.post("/accounts/login/", {"login": email, "password": password})
    return client, answer


def confirm(client: Client) -> None:
    """Give the password once more, as a change of factors asks."""
    done = client.post("/accounts/reauthenticate/", {"password": accounts.PASSWORD})
    assert done.status_code == 302


def set_up(client: Client) -> str:
    """Set an application up as a person does; return its secret."""
    confirm(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'id="authenticator_secret" value="([A-Z2-7]+)"', page)
    assert found is not None
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_for(found[1])})
    assert done.status_code == 302, done.content.decode()[:2000]
    return found[1]


@pytest.mark.parametrize(
    "address",
    ["/desk/", "/desk/points.geojson", "/admin/", "/monitor/", "/api/heatmap", "/cabinet/"],
)
def test_no_door_of_an_official_opens_by_password_alone(address: str) -> None:
    client, answer = sign_in(accounts.ANALYST.email)
    assert answer.status_code == 302
    page = client.get(address)
    assert (page.status_code, page["Location"]) == (302, "/accounts/2fa/")
    assert client.get(address, headers={"accept": "application/json"}).status_code == 403
    assert client.post(address).status_code == 403


def test_an_official_sets_a_code_up_once_and_is_asked_for_it_ever_after() -> None:
    client, _ = sign_in(accounts.ANALYST.email)
    page = client.get("/desk/", follow=True).content.decode()
    assert "Вторая проверка при входе" in page
    assert "<script>" not in page
    secret = set_up(client)
    assert client.get("/desk/").status_code == 200
    stored = Authenticator.objects.get(user=vera().person, type="totp").data["secret"]
    assert secret not in stored
    assert key_of(stored), "the secret is sealed"

    again, answer = sign_in(accounts.ANALYST.email)
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert again.get("/desk/").status_code == 302, "the password alone is not a session"
    asked = again.get("/accounts/2fa/authenticate/").content.decode()
    assert "Использу" in asked or "ключ" in asked, "a key is offered too"
    wrong = again.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert again.get("/desk/").status_code == 302
    cache.clear()  # the same half-minute's code was used when it was set up
    right = again.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert right.status_code == 302
    assert again.get("/desk/").status_code == 200


def test_after_a_rest_an_official_signs_in_anew_and_keeps_what_was_typed(settings: Any) -> None:
    client, _ = sign_in(accounts.ANALYST.email)
    set_up(client)
    assert client.get("/desk/").status_code == 200
    start = timezone.now()
    with time_machine.travel(start + timedelta(minutes=90), tick=False):
        assert client.get("/desk/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=180), tick=False):
        assert client.get("/desk/").status_code == 200, "counted from the last request"
    with time_machine.travel(start + timedelta(minutes=301), tick=False):
        typed = {"title": "Мой отбор", "query": "status=new"}
        given = client.post("/desk/views/", typed, headers={"origin": "http://testserver"})
        assert given.status_code == 403
        assert "Мой отбор" in given.content.decode()
        assert client.get("/desk/")["Location"].startswith("/accounts/login/")


def test_an_official_cannot_take_the_last_factor_off() -> None:
    client, _ = sign_in(accounts.ANALYST.email)
    set_up(client)
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=vera().person, type="totp").exists()
    assert client.get("/desk/").status_code == 200


def test_a_key_is_added_by_a_page_that_a_strict_policy_allows() -> None:
    client, _ = sign_in(accounts.ANALYST.email)
    confirm(client)
    page = client.get("/accounts/2fa/webauthn/add/", follow=True)
    text = page.content.decode()
    assert "webauthn.js" in text
    executable = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", text)
    assert not executable
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.findall(r"\son\w+=|style=", text)


def test_citizens_and_the_administration_go_by_the_same_door() -> None:
    client, answer = sign_in(accounts.CITIZEN.email)
    assert answer.status_code == 302
    assert client.get("/cabinet/").status_code == 200
    assert client.get("/admin/login/").status_code == 403
    strangers = Client().get("/admin/", follow=True)
    assert strangers.redirect_chain[-1][0].startswith("/accounts/login/")


def test_without_the_requirement_a_password_is_enough(settings: Any) -> None:
    settings.STAFF_MFA = False
    client, _ = sign_in(accounts.ANALYST.email)
    assert client.get("/desk/").status_code == 200


def test_guessing_is_slowed_down_and_written_down(settings: Any) -> None:
    for _ in range(5):
        _client, answer = sign_in(accounts.ANALYST.email, "wrong")
        assert answer.status_code == 200
    noted = FailedLogin.objects.filter(person=vera().person)
    assert noted.count() == 5
    assert {each.typed for each in noted} == {"a•••@•••"}
    assert "person.login_failed" in [entry.kind for entry in about(vera().person.ref)]
    client, answer = sign_in(accounts.ANALYST.email)
    assert answer.status_code == 200, "even the right password waits now"
    assert client.get("/cabinet/").status_code == 302
    _other, answer = sign_in(accounts.CITIZEN.email)
    assert answer.status_code == 302, "others are not shut out"


def test_behind_a_proxy_attempts_are_counted_by_visitor(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    form = {"login": "nobody@example.ru", "password": "x"}
    Client().post("/accounts/login/", form, headers={"x-forwarded-for": "203.0.113.9"})
    assert FailedLogin.objects.get().address == "203.0.113.9"
    assert FailedLogin.objects.get().person is None


def test_a_page_of_the_demo_says_that_a_password_is_enough_there(settings: Any) -> None:
    settings.DEMO = True
    page = signed_in(None).get("/accounts/login/").content.decode()
    assert "в показе хватает пароля" in page
    assert Person.objects.filter(email=accounts.ANALYST.email).exists()
