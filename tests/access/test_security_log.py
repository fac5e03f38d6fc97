"""Who came in and who was refused is written down; weak passwords and lost sessions end."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as configured
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from otklik.demo import accounts
from otklik.journal.reading import about
from tests.cast import boris, opened_case, signed_in, vera
from tools.sbom import bill

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


def test_refusals_are_logged_with_who_and_what_but_no_address_and_no_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    case = opened_case()
    citizen = accounts.person(accounts.CITIZEN)
    with caplog.at_level(logging.INFO, "otklik.security"):
        assert signed_in(citizen).get(f"/desk/c/{case.spoken}/").status_code == 404
        Client().post("/open311/v2/requests.json", {"api_key": "guess", "description": "тайна"})
        Client().post("/track/", {"number": "1111-1111", "secret": "тайна"})
        Client(enforce_csrf_checks=True).post("/send/", {"text": "тайна"})
        assert Client().get("/no/such/page/").status_code == 404  # a guest's typing: no refusal
    lines = [each.getMessage() for each in caplog.records if each.name == "otklik.security"]
    assert f"refused 404 GET desk:case {citizen.ref}" in lines
    assert "refused 403 POST open311:requests guest" in lines
    assert "refused 403 POST site:send guest" in lines
    assert len(lines) == 4
    assert not [
        line for line in lines if "тайна" in line or "127.0.0.1" in line or case.number in line
    ]


def test_coming_in_is_logged_with_its_way(caplog: pytest.LogCaptureFixture) -> None:
    said = {"login": accounts.CITIZEN.email, "password": accounts.PASSWORD}
    with caplog.at_level(logging.INFO, "otklik.security"):
        Client().post("/accounts/login/", said)
    assert f"came in {accounts.person(accounts.CITIZEN).ref} by password" in caplog.messages


def test_lines_of_the_log_tell_their_zone() -> None:
    line: Any = configured.LOGGING["formatters"]
    assert line["line"]["datefmt"].endswith("%z")


def test_a_password_of_local_words_or_of_a_list_of_breaches_is_refused(
    settings: Any, tmp_path: Path
) -> None:
    stolen = [f"stolen password {number}" for number in range(200)]
    prints = sorted(hashlib.sha1(each.encode()).hexdigest().upper() for each in stolen)  # noqa: S324
    (tmp_path / "list").write_text("".join(f"{each}:{n * n}\r\n" for n, each in enumerate(prints)))
    settings.BREACHED_PASSWORDS = str(tmp_path / "list")
    ours = get_password_validators(
        [{"NAME": f"otklik.ground.accounts.passwords.{each}"} for each in ("OwnWords", "Breached")]
    )
    for password in ("Вологда2026", "cherepovets-35!", "1Otklik1", *stolen):
        with pytest.raises(ValidationError):
            validate_password(password, password_validators=ours)
    for password in ("stolen password 200", "stolen password", "мост через Вологду", "00000000"):
        validate_password(password, password_validators=ours)


def test_an_administrator_ends_all_sessions_of_one_of_their_people() -> None:
    lost, official = Client(), boris()
    lost.post("/accounts/login/", {"login": official.person.email, "password": accounts.PASSWORD})
    assert lost.get("/desk/").status_code == 200
    desk = signed_in(accounts.official(accounts.LOCAL_ADMIN))
    assert "Завершить все входы" in desk.get(f"/desk/people/{official.pk}/").content.decode()
    assert desk.post(f"/desk/people/{official.pk}/sign-out/").status_code == 302
    assert lost.get("/desk/").status_code == 302
    assert not UserSession.objects.filter(user=official.person).exists()
    assert signed_in(official).get("/desk/").status_code == 200, "the access stays"
    assert "staff.signed_out" in {each.kind for each in about(official.ref)}
    assert desk.post(f"/desk/people/{vera().pk}/sign-out/").status_code == 404, "another body's"


def test_the_bill_of_materials_names_every_locked_package() -> None:
    made = bill()
    names = {
        each["purl"].partition("@")[0] for each in made["components"] if "pypi" in each["purl"]
    }
    assert {"pkg:pypi/django", "pkg:pypi/pillow", "pkg:pypi/cryptography"} <= names
    assert any(each["purl"].startswith("pkg:npm/maplibre-gl@") for each in made["components"])
    assert made["metadata"]["component"]["version"]
