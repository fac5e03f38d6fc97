"""Any OpenID Connect server by settings alone, judged by somebody else's server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import oidc_provider_mock
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from otklik.demo import accounts
from otklik.ground.accounts.models import Attested, Person
from tests.cast import signed_in
from tests.journeys.test_doors import prove

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("world"),
    pytest.mark.enable_socket,
    pytest.mark.filterwarnings("ignore"),  # the mock's own
]
PETER = {"given_name": "Пётр", "family_name": "Скобелев", "email": "petr@example.ru",
         "email_verified": True}  # fmt: skip


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def _named(elsewhere: str, settings: Any) -> None:
    settings.HTTP_INNER_HOSTS = ["localhost"]
    settings.OIDC_SERVERS = [
        {"id": "corp", "name": "Единый вход", "url": elsewhere, "client_id": "otklik",
         "secret": "a-secret"}
    ]  # fmt: skip


def put(elsewhere: str, subject: str, claims: dict[str, Any]) -> None:
    httpx.put(f"{elsewhere}/users/{quote(subject)}", json=claims).raise_for_status()


def come_in(
    subject: str, client: Client | None = None, process: str = "login"
) -> tuple[Client, Any]:
    client = client or Client()
    left = client.post(f"/accounts/oidc/corp/login/?process={process}")
    assert left.status_code == 302, left.content.decode()
    assert "code_challenge" in left["Location"]
    done = httpx.post(left["Location"], data={"sub": subject})
    assert done.status_code == 302, done.text
    path = re.sub(r"^https?://[^/]+", "", done.headers["Location"])
    return client, client.get(path, follow=True)


def whose(client: Client) -> Person:
    return Person.objects.get(pk=client.session["_auth_user_id"])


def test_one_comes_in_by_settings_alone_and_is_known_again(elsewhere: str) -> None:
    assert "Войти через Единый вход" in Client().get("/accounts/login/").content.decode()
    put(elsewhere, "peter", PETER)
    client, _ = come_in("peter")
    person = whose(client)
    assert (person.last_name, person.first_name) == ("Скобелев", "Пётр")
    assert (person.email, person.level) == ("petr@example.ru", "none")
    assert not Attested.objects.exists(), "no level is attested by a server that is no state's"
    assert "peter" not in SocialAccount.objects.get().uid
    assert whose(come_in("peter")[0]).pk == person.pk
    put(elsewhere, "olga", {})
    assert whose(come_in("olga")[0]).pk != person.pk


def test_an_address_alone_opens_nobody_s_cabinet_unless_the_server_is_trusted(
    elsewhere: str, settings: Any
) -> None:
    anna = accounts.person(accounts.CITIZEN)
    EmailAddress.objects.create(user=anna, email=anna.email, verified=True, primary=True)
    put(elsewhere, "evil", {"email": anna.email, "email_verified": True})
    client, _ = come_in("evil")
    assert whose(client).pk != anna.pk
    assert whose(client).email == ""
    SocialAccount.objects.all().delete()
    settings.OIDC_SERVERS[0]["trust_email"] = True
    put(elsewhere, "evil", {"email": anna.email, "email_verified": False})
    assert whose(come_in("evil")[0]).pk != anna.pk
    SocialAccount.objects.all().delete()
    put(elsewhere, "evil", {"email": anna.email, "email_verified": True})
    assert whose(come_in("evil")[0]).pk == anna.pk


def test_it_is_linked_to_whoever_is_signed_in(elsewhere: str) -> None:
    anna = accounts.person(accounts.CITIZEN)
    put(elsewhere, "peter", PETER)
    prove(client := signed_in(anna))
    _, page = come_in("peter", client, "connect")
    assert "теперь можно входить через Единый вход" in page.content.decode()
    anna.refresh_from_db()
    assert anna.last_name == "Соколова", "a name given here is not overwritten"
    assert whose(come_in("peter")[0]).pk == anna.pk


def test_a_server_that_is_closed_or_unknown_is_told(settings: Any) -> None:
    assert Client().post("/accounts/oidc/other/login/").status_code == 404
    settings.HTTP_INNER_HOSTS = []
    answer = Client().post("/accounts/oidc/corp/login/?process=login")
    assert answer.status_code == 401
    assert "Войти не получилось" in answer.content.decode()
