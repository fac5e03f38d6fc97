"""Coming in: through ЕСИА's imitator and any OpenID Connect server, linked, levelled, left."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.test import Client

from otklik.demo import accounts
from otklik.demo.esia.server import Imitator
from otklik.flow.cases.models import Case
from otklik.flow.privacy.commands import forget_person
from otklik.flow.regimes.rules import APPEAL
from otklik.ground.accounts import esia, identity
from otklik.ground.accounts.models import Attested, Person
from otklik.ground.kit import http
from otklik.ground.kit.memo import forget
from otklik.ground.territories.models import Region
from otklik.journal.reading import about
from tests.cast import NOW, boris, opened_case, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
CONFIRMED, STANDARD, SIMPLE, CHIEF, ANNA, UNPROVEN = (f"100000000{each}" for each in range(1, 7))
ESIA = "http://esia.test"


class State:
    """ЕСИА as the tests see it: the imitator, reached without a network."""

    def __init__(self, folder: Path) -> None:
        self.imitator = Imitator(folder / "esia")
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.down = False

    def ask(self, method: str, url: str, *, headers: dict[str, str], **body: Any) -> http.Reply:
        """Stand in for our one way out."""
        if self.down:
            raise http.ClosedError("down")
        parts, form = urlsplit(url), dict(body.get("data") or {})
        self.asked.append((method, parts.path, form))
        bearer = headers.get("Authorization", "").removeprefix("Bearer ")
        made = self.imitator.answer(method, parts.path, dict(parse_qsl(parts.query)), form, bearer)
        return http.Reply(made.status, made.body.encode(), (("content-type", made.kind),))

    def choose(self, address: str, oid: str) -> str:
        """Choose a person on the imitator's page; return where that leads."""
        query = dict(parse_qsl(urlsplit(address).query))
        page = self.imitator.answer("GET", esia.AUTHORIZE, query, {}, "")
        assert page.status == 200, page.body
        found = re.findall(r'name="(\w+)" value="([^"]*)"', page.body)
        form = {name: value.replace("&amp;", "&") for name, value in found if name != "person"}
        made = self.imitator.answer("POST", esia.AUTHORIZE, {}, {**form, "person": oid}, "")
        assert made.status == 302
        return made.location


@pytest.fixture
def state(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    settings.DEMO, settings.DATA = True, tmp_path
    settings.ESIA_URL, settings.ESIA_CLIENT_ID = ESIA, "OTKLIK"
    found = State(tmp_path)
    monkeypatch.setattr("otklik.ground.accounts.identity.http.ask", found.ask)
    yield found
    forget()


def leave(client: Client, process: str = "login", more: str = "") -> str:
    """Press the button; return where the browser is sent."""
    answer = client.post(f"/accounts/esia/login/?process={process}{more}")
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def come_in(state: State, oid: str, client: Client | None = None, more: str = "") -> Client:
    client = client or Client()
    back = state.choose(leave(client, more=more), oid)
    answer = client.get(back)
    assert answer.status_code == 302, answer.content.decode()
    return client


def whose(client: Client) -> Person:
    return Person.objects.get(pk=client.session["_auth_user_id"])


def needed(**levels: str) -> None:
    """Set the levels as the administrator does."""
    region = Region.objects.get()
    region.settings = {**region.settings, "levels": levels}
    region.save()
    forget()


def link(state: State, client: Client, oid: str) -> str:
    prove(client)
    answer = client.get(state.choose(leave(client, "connect"), oid), follow=True)
    return str(answer.content.decode())


def prove(client: Client) -> None:
    """Give the password once more, as a change of ways in asks of those who have one."""
    client.post("/accounts/reauthenticate/", {"password": accounts.PASSWORD})


def test_a_confirmed_person_comes_in_with_what_the_state_knows(state: State) -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert "Войти через Госуслуги" in page
    client = come_in(state, CONFIRMED)
    person = whose(client)
    assert (person.last_name, person.first_name) == ("Воробьёва", "Мария")
    assert (person.level, person.email) == ("confirmed", "vorobyova@example.ru")
    assert person.phone == "+79215550171"
    known = Attested.objects.get(person=person)
    assert "ул. Мира" in known.registration
    assert known.birth_date == "12.03.1984"
    access = client.get("/cabinet/access/").content.decode()
    assert "подтверждённая" in access
    assert "ул. Мира, д. 12" in access
    kinds = [entry.kind for entry in about(person.ref)]
    assert kinds == ["person.joined", "person.level_changed"]


def test_the_next_time_it_is_the_same_person_and_news_are_taken(state: State) -> None:
    first = whose(come_in(state, CONFIRMED))
    Person.objects.filter(pk=first.pk).update(last_name="", level="none")
    again = whose(come_in(state, CONFIRMED))
    assert again.pk == first.pk
    assert (again.last_name, again.level) == ("Воробьёва", "confirmed")
    assert Attested.objects.filter(person=first).count() == 1


@pytest.mark.parametrize(
    ("oid", "level", "may"),
    [(CONFIRMED, "confirmed", True), (STANDARD, "standard", True), (SIMPLE, "simple", False)],
)
def test_each_level_opens_what_the_region_says(
    state: State, oid: str, level: str, may: bool
) -> None:
    needed(appeal="standard", join="simple")
    client = come_in(state, oid)
    assert whose(client).level == level
    page = client.get("/cabinet/access/").content.decode()
    appeal = page[page.index("59-ФЗ") :].split("</li>")[0]
    assert ("нужна стандартная" in appeal) is not may
    typed = {"text": "Прошу ответить", "regime": APPEAL, "consent": "on"}
    answer = client.post("/send/", typed)
    told = answer.content.decode()
    assert ("нужна учётная запись «стандартная»" in told) is not may
    assert "Прошу ответить" in told, "nothing typed is lost"
    case = opened_case()
    Case.objects.filter(pk=case.pk).update(public=True)
    joined = client.post(f"/m/{case.spoken}/support/")
    assert "access" not in joined.get("Location", ""), "simple is enough to join"


def test_who_is_known_to_nobody_is_led_to_the_door(state: State) -> None:
    needed(send="phone", join="simple", rate="simple", appeal="simple")
    guest = Client()
    led = guest.get("/send/")
    assert led["Location"] == "/accounts/login/?next=/send/"
    assert "нужна учётная запись «по телефону»" in guest.get(led["Location"]).content.decode()
    case = opened_case()
    assert "login" in guest.post(f"/m/{case.spoken}/support/")["Location"]
    assert "login" in guest.post(f"/m/{case.spoken}/rate/")["Location"]
    author = signed_in(case.report.author)
    Person.objects.filter(pk=author.session["_auth_user_id"]).update(level="none")
    refused = author.post(f"/m/{case.spoken}/appeal/", {"last_name": "Соколова"})
    assert refused.status_code == 422
    assert "нужна учётная запись «упрощённая»" in refused.content.decode()


def test_the_account_s_number_is_kept_only_as_a_keyed_hash(state: State, settings: Any) -> None:
    person = whose(come_in(state, SIMPLE))
    account = SocialAccount.objects.get(user=person)
    assert account.extra_data == {}
    kept = json.dumps([account.uid, *(entry.data for entry in about(person.ref))])
    assert SIMPLE not in kept
    settings.IDENTITY_KEY = "another"
    assert whose(come_in(state, SIMPLE)).pk != person.pk, "without the key nobody is found"


def test_organisations_come_with_their_scope_only(state: State, settings: Any) -> None:
    person = whose(come_in(state, CHIEF))
    names = [each["name"] for each in Attested.objects.get(person=person).organisations["list"]]
    assert names == ["ООО «Северный двор»", "ТСЖ «Советская, 73»"]
    settings.ESIA_SCOPES = ["openid", "fullname"]
    state.asked.clear()
    person = whose(come_in(state, CHIEF))
    known = Attested.objects.get(person=person)
    assert known.organisations["list"] == []
    assert known.registration == ""
    assert [path for _, path, _ in state.asked] == ["/aas/oauth2/te", f"/rs/prns/{CHIEF}"]


def test_requests_are_signed_dated_and_carry_a_fresh_state(state: State) -> None:
    client = Client()
    one, two = (parse_qs(urlsplit(leave(client)).query) for _ in range(2))
    assert one["state"] != two["state"]
    assert re.fullmatch(r"\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d \+0300", one["timestamp"][0])
    come_in(state, CONFIRMED)
    (token,) = [form for _, path, form in state.asked if path == esia.TOKEN]
    assert token["grant_type"] == "authorization_code"
    assert token["state"] not in {one["state"][0], two["state"][0]}
    assert token["client_secret"] != one["client_secret"][0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("client_secret", "AAAA"), ("client_id", "OTHER"), ("timestamp", "2020.01.01 10:00:00 +0300"),
     ("redirect_uri", "https://evil.example/"), ("scope", "openid snils")],
)  # fmt: skip
def test_the_imitator_refuses_what_esia_refuses(state: State, name: str, value: str) -> None:
    query = dict(parse_qsl(urlsplit(leave(Client())).query)) | {name: value}
    answer = state.imitator.answer("GET", esia.AUTHORIZE, query, {}, "")
    assert answer.status == 400
    assert "ESIA-007" in answer.body


def test_a_code_works_once_and_only_in_the_browser_that_asked(state: State) -> None:
    client = Client()
    back = state.choose(leave(client), CONFIRMED)
    stranger = Client().get(back)
    assert stranger.status_code == 401
    assert "Войти не получилось" in stranger.content.decode()
    assert client.get(back).status_code == 302
    client.logout()
    assert client.get(back).status_code == 401


def test_refusing_there_leads_back_with_nothing_told(state: State) -> None:
    client = Client()
    page = client.get(state.choose(leave(client), "nobody"), follow=True).content.decode()
    assert "Вход отменён" in page
    assert not SocialAccount.objects.exists()


def test_esia_that_does_not_answer_is_told_and_other_ways_stay(state: State) -> None:
    client = Client()
    back = state.choose(leave(client), CONFIRMED)
    state.down = True
    answer = client.get(back)
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "Войти не получилось" in page
    assert "/track/" in page


def test_a_token_of_another_signer_is_not_believed(state: State, tmp_path: Path) -> None:
    other = Imitator(tmp_path / "other")
    client = Client()
    back = state.choose(leave(client), CONFIRMED)
    state.imitator.key = other.key
    assert client.get(back).status_code == 401
    assert not SocialAccount.objects.exists()


def test_several_identities_lead_to_one_person(state: State) -> None:
    anna = accounts.person(accounts.NEIGHBOUR)
    client = signed_in(anna)
    page = link(state, client, CONFIRMED)
    assert "теперь можно входить через Госуслуги" in page
    assert whose(come_in(state, CONFIRMED)).pk == anna.pk
    assert anna.email == Person.objects.get(pk=anna.pk).email, "the address stays one's own"
    other = come_in(state, STANDARD)
    page = link(state, other, CONFIRMED)
    assert "уже ведёт в другой кабинет" in page
    assert SocialAccount.objects.filter(user=whose(other)).count() == 1


def test_an_open_cabinet_gets_no_way_in_of_a_stranger_s(state: State) -> None:
    anna = accounts.person(accounts.NEIGHBOUR)
    client = signed_in(anna)
    address = {"process": "connect"}
    asked = client.post("/accounts/esia/login/", address)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(asked["Location"], {"password": "guess"}).status_code == 200
    assert client.post("/accounts/esia/login/", address)["Location"] == asked["Location"]
    assert client.post("/cabinet/access/unlink/", {"account": 1})["Location"].startswith(
        "/accounts/reauthenticate/"
    )
    client.post("/accounts/esia/login/", address)
    left = client.post(asked["Location"], {"password": accounts.PASSWORD})  # and on it goes
    back = client.get(state.choose(left["Location"], CONFIRMED), follow=True)
    assert "теперь можно входить через Госуслуги" in back.content.decode()
    assert SocialAccount.objects.filter(user=anna).exists()


def test_unlinking_takes_what_was_attested_and_never_the_only_way_in(state: State) -> None:
    client = signed_in(accounts.person(accounts.NEIGHBOUR))
    link(state, client, CONFIRMED)
    person = whose(client)
    account = SocialAccount.objects.get(user=person)
    stranger = come_in(state, SIMPLE)
    assert stranger.post("/cabinet/access/unlink/", {"account": account.pk}).status_code == 404
    client.post("/cabinet/access/unlink/", {"account": account.pk})
    person.refresh_from_db()
    assert person.level == "none"
    assert not Attested.objects.filter(person=person).exists()
    only = SocialAccount.objects.get(user=whose(stranger))
    page = stranger.post("/cabinet/access/unlink/", {"account": only.pk}, follow=True)
    assert "единственный вход" in page.content.decode()
    assert SocialAccount.objects.filter(pk=only.pk).exists()


def test_a_proven_address_on_both_sides_is_one_person(state: State) -> None:
    anna = accounts.person(accounts.CITIZEN)
    stranger = whose(come_in(state, ANNA))
    assert stranger.pk != anna.pk, "nobody proved Anna's address here yet"
    assert stranger.email == ""
    SocialAccount.objects.all().delete()
    EmailAddress.objects.create(user=anna, email=anna.email, verified=True, primary=True)
    assert whose(come_in(state, ANNA)).pk == anna.pk
    assert SocialAccount.objects.get().user_id == anna.pk


def test_an_official_s_account_is_never_found_by_address(state: State) -> None:
    official = boris().person
    official.email = "anna2@example.ru"
    official.save()
    EmailAddress.objects.create(user=official, email="anna@example.ru", verified=True)
    Person.objects.filter(email="anna@example.ru").update(email="gone@example.ru")
    assert whose(come_in(state, ANNA)).pk != official.pk


def test_an_official_coming_through_esia_still_needs_the_second_factor(
    state: State, settings: Any
) -> None:
    client = signed_in(boris())
    link(state, client, CONFIRMED)
    settings.STAFF_MFA = True
    again = come_in(state, CONFIRMED)
    assert again.get("/desk/")["Location"].startswith("/accounts/2fa/")


def test_an_address_that_is_not_proven_there_is_not_taken(state: State) -> None:
    person = whose(come_in(state, UNPROVEN))
    assert person.email == ""
    assert "Ярославль" in Attested.objects.get(person=person).registration


def test_outside_the_demo_neither_the_imitator_nor_its_tokens_exist(
    state: State, settings: Any
) -> None:
    client = Client()
    back = state.choose(leave(client), CONFIRMED)
    settings.DEMO = False
    assert client.post("/accounts/esia/login/").status_code == 404
    assert client.get(back).status_code == 404
    assert "Госуслуги" not in client.get("/accounts/login/").content.decode()
    settings.ESIA_URL = "https://esia.test"
    settings.ESIA_TOKEN_KEY = str(state.imitator.folder / "token.pub")
    now = {"iat": 1, "exp": 2**33, "aud": "OTKLIK"}
    imitated = state.imitator._signed({**now, "iss": esia.IMITATOR})
    with pytest.raises(identity.UnknownIdentityError, match="Issuer"):
        identity._believed(imitated)
    assert identity._believed(state.imitator._signed({**now, "iss": esia.ISSUER}))
    late = state.imitator._signed({**now, "iss": esia.ISSUER, "exp": 2})
    with pytest.raises(identity.UnknownIdentityError, match="Expired"):
        identity._believed(late)
    settings.ESIA_TOKEN_KEY = ""  # signed with GOST: its owner is known by TLS, the rest is checked
    for wrong in ({"exp": 2}, {"aud": "OTHER"}, {"iss": "https://evil.example/"}):
        token = jwt.encode({**now, "iss": esia.ISSUER, **wrong}, "x" * 32, algorithm="HS256")
        with pytest.raises(identity.UnknownIdentityError):
            identity._believed(token)


def test_the_imitator_s_program_refuses_to_run_outside_the_demo() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "config.cli", "imitator"], capture_output=True, text=True,
        env={**os.environ, "OTKLIK_DEMO": "0"}, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "demo only" in done.stderr


def test_sessions_are_listed_and_ended_one_by_one_or_all(state: State) -> None:
    phone, home, work = (
        Client(headers={"user-agent": agent})
        for agent in ("Mozilla/5.0 (iPhone) Safari/1", "Mozilla/5.0 (Windows) Firefox/1", "curl")
    )
    for each in (phone, home, work):
        come_in(state, CONFIRMED, each)
    page = home.get("/cabinet/access/").content.decode()
    assert "Firefox, Windows" in page
    assert "Safari, iPhone" in page
    key = UserSession.objects.get(user_agent="curl").pk
    home.post("/cabinet/access/sign-out/", {"which": key})
    assert work.get("/cabinet/").status_code == 302
    assert phone.get("/cabinet/").status_code == 200
    home.post("/cabinet/access/sign-out/", {"which": "others"})
    assert phone.get("/cabinet/").status_code == 302
    assert home.get("/cabinet/").status_code == 200
    come_in(state, CONFIRMED, phone)
    home.post("/cabinet/access/sign-out/", {"which": "all"})
    assert {each.get("/cabinet/").status_code for each in (phone, home, work)} == {302}


def test_nobody_ends_another_s_session(state: State) -> None:
    mine = come_in(state, CONFIRMED)
    key = UserSession.objects.get(user=whose(mine)).pk
    come_in(state, SIMPLE).post("/cabinet/access/sign-out/", {"which": key})
    assert mine.get("/cabinet/").status_code == 200


def test_one_comes_back_to_where_one_was_going(state: State) -> None:
    client = Client()
    back = state.choose(leave(client, more=f"&{urlencode({'next': '/send/'})}"), CONFIRMED)
    assert client.get(back)["Location"] == "/send/"
    evil = state.choose(leave(Client(), more="&next=https://evil.example/"), CONFIRMED)
    assert "evil" not in client.get(evil).get("Location", "")


def test_what_came_from_elsewhere_is_shown_to_its_owner_and_forgotten_with_them(
    state: State,
) -> None:
    client = come_in(state, CONFIRMED)
    person = whose(client)
    told = client.get("/cabinet/data/download/?format=json").json()["entrances"]
    assert told["attested"]["birth_date"] == "12.03.1984"
    assert told["accounts"][0]["system"] == "esia"
    assert len(told["sessions"]) == 1
    forget_person(person, by="system", now=NOW)
    assert not Attested.objects.filter(person=person).exists()
    for owned in (SocialAccount, UserSession, EmailAddress):
        assert not owned.objects.filter(user=person).exists()
    assert client.get("/cabinet/").status_code == 302
