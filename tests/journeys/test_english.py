"""Russian first, English second: no page for citizens says a word of Russian to an English reader.

What people wrote and names that have no English stay as they are.
"""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils.html import strip_tags

from otklik.demo import accounts
from otklik.flow.cases import commands
from otklik.flow.problems.commands import Draft, open_problem
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from tests.cast import NOW, boris, clara, elena, opened_case, signed_in
from tools.messages import known, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

CYRILLIC = re.compile(r"[А-Яа-яЁё][А-Яа-яЁё ]*")
HOUR = timedelta(hours=1)
WRITTEN = "На улице Мира у дома 12 большая яма"
ANSWER = "Яму заделали, летом обновим всю улицу"
TITLE = "Нет воды на Мира"


def test_every_text_of_the_pages_has_its_english() -> None:
    catalog = known()
    missing = [
        message.id
        for message in wanted()
        if message.id
        and ((mine := catalog.get(message.id, message.context)) is None or not mine.string)
    ]
    assert not missing, "run `make english` and write the English into otklik/locale"


def russian(page: str, data: Iterable[str]) -> set[str]:
    """Return the Russian words of a page, without those that are data."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r'<(\w+)[^>]*\blang="ru"[^>]*>.*?</\1>', " ", page, flags=re.DOTALL)
    said = re.findall(
        r'(?:aria-label|alt|title|placeholder|data-\w+|content|value)="([^"]*)"', page
    )
    text = unescape(" \n ".join([strip_tags(page), *said]))
    for each in sorted(data, key=len, reverse=True):
        text = text.replace(each, " ")
    return {found.strip() for found in CYRILLIC.findall(text)}


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_pages_in_english_hold_no_russian_but_data() -> None:
    case = opened_case(text=WRITTEN)
    later = opened_case(text=WRITTEN)
    commands.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=NOW + HOUR)
    commands.approve_answer(case.number, by=clara(), now=NOW + 2 * HOUR)
    assert case.topic is not None
    outage = Draft(TITLE, case.topic, kind="outage", territory=case.territory)
    problem = open_problem(outage, by=elena(), now=NOW)
    anna, stranger = signed_in(accounts.person(accounts.CITIZEN)), Client()
    data = {WRITTEN, ANSWER, TITLE, "дом", "Анна", "Соколова"}
    data |= {name for each in territories().values() for name in (each.short_ru, each.title_ru)}
    data |= {name for each in organisations().values() for name in (each.short_ru, each.title_ru)}
    data |= {phrase for each in topics().facts for phrase in each.synonyms}
    pages = [
        *((stranger, path) for path in (
            "/", "/send/", "/track/", "/messages/", "/problems/", f"/problems/{problem.pk}/",
            "/about/", f"/m/{case.spoken}/", f"/m/{later.spoken}/", "/nowhere/", "/accounts/login/",
            "/accounts/signup/", "/accounts/login/code/", "/accounts/password/reset/", "/monitor/",
            "/monitor/table/", "/reception/", "/enter/phone/",
        )),
        *((anna, path) for path in (
            "/cabinet/", f"/m/{case.spoken}/", f"/m/{later.spoken}/", f"/sent/{case.spoken}/",
            "/accounts/logout/", "/cabinet/access/", "/cabinet/claim/",
        )),
    ]  # fmt: skip
    left = {}
    for client, path in pages:
        answer = client.get(path, headers={"accept-language": "en"})
        page = answer.content.decode()
        assert '<html lang="en"' in page, path
        if found := russian(page, data):
            left[path] = found
    refused = stranger.post("/send/", {"text": "", "place_kind": "pin", "contact_kind": "email"},
                            headers={"accept-language": "en"})  # fmt: skip
    assert refused.status_code == 422
    if found := russian(refused.content.decode(), data):
        left["mistakes"] = found
    assert not left


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_the_language_is_changed_by_a_plain_form_and_kept(client: Client) -> None:
    page = client.get("/", headers={"accept-language": "ru"}).content.decode()
    assert re.search(r'<form method="post" action="/i18n/setlang/">.*name="language" value="en"',
                     page, re.DOTALL)  # fmt: skip
    client.post("/i18n/setlang/", {"language": "en", "next": "/track/"})
    english = client.get("/track/", headers={"accept-language": "ru"}).content.decode()
    assert "Track by number" in english
    client.post("/i18n/setlang/", {"language": "ru", "next": "/track/"})
    assert "Проверить по номеру" in client.get("/track/").content.decode()
