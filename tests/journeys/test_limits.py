"""A storm of guests: a puzzle or a minute's wait, nothing typed is lost; machines slow down."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.intake.models import Report
from otklik.ground.limits import commands
from otklik.ground.limits.models import Bucket
from otklik.ground.territories.queries import region
from tests.cast import signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
TEXT = "На улице Мира у дома 12 большая яма"


@pytest.fixture(autouse=True)
def few(world: None) -> None:
    """Set limits that a test reaches; the region's row is put back with the transaction."""
    here = region()
    limits = {"guests": [1, 600], "suggest": [2, 60], "login": [2, 300], "send_account": [1, 600]}
    here.settings = {**here.settings, "storm": {"limits": limits, "puzzle_cost": 50}}
    here.save()


def form(**more: str) -> dict[str, str]:
    return {
        "text": TEXT, "topic": "roads-pothole", "place_kind": "address", "consent": "on",
        "address": "Вологда, улица Мира, 12", "contact_kind": "none", "twins_seen": "1",
        "idempotency_key": str(uuid.uuid4()), **more,
    }  # fmt: skip


def solve(page: str) -> str:
    """Answer the puzzle of a page as its script does."""
    told = {
        name: re.search(rf'data-{name}="([^"]*)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
        for name in ("challenge", "salt", "signature")
    }
    number = next(
        n for n in range(51)
        if hashlib.sha256(f"{told['salt']}{n}".encode()).hexdigest() == told["challenge"]
    )  # fmt: skip
    return base64.b64encode(json.dumps({**told, "number": number}).encode()).decode()


def test_a_guest_in_a_crowd_solves_a_puzzle_once_for_one_message(client: Client) -> None:
    assert client.post("/send/", form()).status_code == 302, "in calm weather nobody is asked"
    typed = form()
    asked = client.post("/send/", typed)
    page = asked.content.decode()
    assert asked.status_code == 429
    assert asked["Retry-After"] == "60"
    assert TEXT in page
    assert "Сейчас пишут очень многие" in page
    proof = solve(page)
    assert client.post("/send/", form(proof=proof)).status_code == 429, "another form's"
    assert client.post("/send/", {**typed, "proof": proof}).status_code == 302
    assert client.post("/send/", {**typed, "proof": proof}).status_code == 302
    assert Report.objects.count() == 2, "twice is once"


def test_without_a_script_one_waits_a_minute(client: Client) -> None:
    client.post("/send/", form())
    typed = form()
    page = client.post("/send/", typed).content.decode()
    ticket = re.search(r'name="waited" value="([^"]+)"', page)
    assert ticket is not None
    soon = client.post("/send/", {**typed, "waited": ticket[1]})
    assert soon.status_code == 429
    assert ticket[1] in soon.content.decode(), "the wait does not begin anew"
    later = time.time() + 61
    with patch("django.core.signing.time.time", return_value=later):
        assert client.post("/send/", form(waited=ticket[1])).status_code == 429, "another form's"
        assert client.post("/send/", {**typed, "waited": ticket[1]}).status_code == 302


def test_an_account_is_counted_apart_from_its_neighbours(client: Client) -> None:
    client.post("/send/", form())
    anna = signed_in(accounts.person(accounts.CITIZEN))
    mine = {"contact_kind": "email", "email": "anna@example.ru"}
    assert anna.post("/send/", form(**mine)).status_code == 302, "no puzzle for who signed in"
    over = anna.post("/send/", form(**mine))
    assert over.status_code == 429
    assert int(over["Retry-After"]) > 60
    assert "data-challenge" not in over.content.decode()
    assert TEXT in over.content.decode()


def test_machines_at_suggestions_and_sign_in_hear_when_to_come_again(client: Client) -> None:
    def suggest() -> Any:
        return client.post("/api/suggest", {"text": "яма"}, content_type="application/json")

    answers = [suggest() for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert "Слишком часто" in answers[2].json()["detail"]
    assert 0 < int(answers[2]["Retry-After"]) <= 30
    typed = {"login": "anna@example.ru", "password": "wrong-password"}
    pages = [client.post("/accounts/login/", typed) for _ in range(3)]
    assert pages[2].status_code == 429
    page = pages[2].content.decode()
    assert "Слишком часто" in page
    assert "anna@example.ru" in page
    assert "wrong-password" not in page
    elsewhere = client.post("/accounts/login/", typed, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200, "another part of the network is not refused"


def test_who_changes_lines_of_one_neighbourhood_of_ipv6_meets_its_own_limit(client: Client) -> None:
    here = region()
    here.settings["storm"]["wide_times"] = 2
    here.save()

    def asks(address: str) -> int:
        said = {"text": "яма на дороге"}
        return client.post(
            "/api/suggest", said, content_type="application/json", REMOTE_ADDR=address
        ).status_code

    line = "2001:db8:7:1::"
    assert [asks(f"{line}{n}") for n in (1, 2, 3)] == [200, 200, 429], "one line, any address of it"
    assert [asks(f"2001:db8:7:{n}::1") for n in (2, 3, 4)] == [200, 200, 429], "many lines of one"
    assert asks("2001:db8:8:1::1") == 200, "others are not its fault"


def test_tokens_come_back_and_addresses_are_not_kept() -> None:
    now = timezone.now()
    taken = [commands.take("login", "192.0.2.0/24", now=now) for _ in range(3)]
    assert [each.granted for each in taken] == [True, True, False]
    assert taken[2].wait == 150
    later = now + timedelta(seconds=150)
    assert commands.take("login", "192.0.2.0/24", now=later).granted
    assert not commands.take("login", "192.0.2.0/24", now=now).granted, "a late clock gives none"
    assert "192" not in Bucket.objects.get().key
    assert commands.drop_old(now=now + timedelta(days=3)) == 1
