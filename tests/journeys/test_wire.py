"""What a browser, a watcher and a searcher meet beside pages: old forms, heads, small answers."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.test import Client

from tests.cast import bound, opened_case, signed_in

pytestmark = pytest.mark.usefixtures("world")
OURS: Any = {"HTTP_ORIGIN": "http://testserver"}


def strict(person: Any) -> Client:
    """Return a browser whose forms have grown too old."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    return client


def test_an_old_form_gives_back_what_was_typed_and_sends_it_again() -> None:
    case = opened_case()
    assert case.organisation
    desk = strict(bound("executor", organisation=case.organisation.code).person)
    address = f"/desk/c/{case.number}/draft/"
    said = {
        "done": "Заделали яму у дома двенадцать",
        "result": "solved",
        "csrfmiddlewaretoken": "x",
    }
    page = desk.post(address, said, **OURS)
    assert page.status_code == 403
    text = page.content.decode()
    assert "Заделали яму у дома двенадцать" in text
    assert f'action="{address}"' in text
    token = text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    again = desk.post(address, {**said, "csrfmiddlewaretoken": token}, **OURS)
    assert again.status_code != 403


def test_a_form_of_another_site_and_a_password_are_not_given_back() -> None:
    desk = strict(bound("moderator").person)
    foreign = desk.post("/desk/bulk/", {"verb": "register"}, HTTP_ORIGIN="https://evil.example")
    assert foreign.status_code == 403
    assert "register" not in foreign.content.decode()
    own = Client(enforce_csrf_checks=True).post(
        "/accounts/login/", {"login": "anna@example.ru", "password": "very secret words"}, **OURS
    )
    assert "very secret" not in own.content.decode()


@pytest.mark.parametrize(
    ("address", "page"), [("/desk/bulk/", "/desk/"), ("/m/1234-5678/rate/", "/m/1234-5678/")]
)
def test_the_address_of_a_deed_entered_again_leads_to_its_page(address: str, page: str) -> None:
    browser = signed_in(bound("moderator"))
    assert browser.get(address, HTTP_ACCEPT="text/html")["Location"] == page
    assert browser.get(address, HTTP_ACCEPT="application/json").status_code == 405
    assert browser.put(address, HTTP_ACCEPT="text/html").status_code == 405


def test_a_head_is_a_get_without_a_body() -> None:
    browser = signed_in(None)
    for address in ("/", "/send/", "/healthz", "/messages/"):
        head, whole = browser.head(address), browser.get(address)
        assert head.status_code == whole.status_code == 200
        assert head.content == b""
        assert head["Content-Type"] == whole["Content-Type"]


def test_pages_travel_small_to_who_can_unpack_them() -> None:
    browser = signed_in(None)
    small = browser.get("/send/", HTTP_ACCEPT_ENCODING="gzip")
    assert small["Content-Encoding"] == "gzip"
    assert "Что случилось" in gzip.decompress(small.content).decode()
    assert "Content-Encoding" not in browser.get("/send/").headers


def test_searchers_are_told_what_is_not_theirs() -> None:
    browser = signed_in(None)
    assert "Disallow: /desk/" in browser.get("/robots.txt").content.decode()
    assert browser.get("/favicon.ico")["Location"].endswith("favicon.svg")


def test_bulk_without_a_mark_says_so() -> None:
    desk = signed_in(bound("moderator"))
    told = desk.post("/desk/bulk/", {"verb": "register", "query": ""}, follow=True)
    assert told.redirect_chain[-1][0] == "/desk/"
    assert "Сначала отметьте обращения" in told.content.decode()


def test_the_desk_speaks_russian_and_says_so_whatever_was_chosen() -> None:
    desk = signed_in(bound("moderator"))
    desk.cookies["django_language"] = "en"
    assert '<html lang="ru"' in desk.get("/desk/").content.decode()
    assert '<html lang="en"' in desk.get("/messages/").content.decode()
