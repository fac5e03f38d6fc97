"""A survey on a narrow phone: a draft kept while typing, a place on a map; guests in a crowd."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from otklik.demo.accounts import NEIGHBOUR
from tests.browser.conftest import moved
from tests.browser.test_journey import entered

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
SURVEY = "/surveys/avtobusy-etoy-zimoy/"
GUESTS = "/surveys/kakoy-prazdnik-nuzhen-dvoru/"
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_a_survey_on_a_phone_of_360_pixels(browser: Browser, served: str) -> None:
    page = entered(browser, served, NEIGHBOUR)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{served}{SURVEY}answer/1/")
    if page.locator("#born_on").count():
        page.select_option("#territory", "vologda-city")
        page.fill("#born_on", "1990-02-03")
        page.click("main form button")
    page.locator('input[name="q1"]').first.check(force=True)
    expect(page.locator("[data-state]")).to_have_text("Черновик сохранён")
    page.reload()  # the page closed before it was sent
    expect(page.locator('input[name="q1"]').first).to_be_checked()
    page.get_by_role("button", name="Дальше").click()
    page.locator('input[name="q2"][value="4"]').check(force=True)
    assert not page.evaluate(SIDEWAYS)
    page.get_by_role("button", name="Дальше").click()
    page.locator("[data-point-open]").click()
    expect(page.locator(".map canvas")).to_be_visible()
    expect(page.locator("[data-pin-cover]")).to_have_count(0)
    page.locator(".map canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#q6")).to_have_value(re.compile(r"^\d+\.\d{5}, \d+\.\d{5}$"))
    assert not page.evaluate(SIDEWAYS)
    page.get_by_role("button", name="Дальше").click()
    page.locator("form[action$='send/'] button").click()
    expect(page.get_by_text("Ваш ответ принят").first).to_be_visible()
    page.context.close()


def test_a_guest_in_a_crowd_solves_a_puzzle_without_knowing(browser: Browser, served: str) -> None:
    page = browser.new_context(locale="ru-RU").new_page()
    for number, crowd in enumerate((False, True)):
        page.goto(f"{served}{GUESTS}answer/1/")
        page.locator('input[name="q1"]').nth(number).check(force=True)
        page.get_by_role("button", name="Дальше").click()
        if crowd:  # twenty neighbours have just answered from this part of the network
            moved("UPDATE limits_bucket SET tokens = 0, at = now() WHERE door = 'guests'")
        with page.expect_response(lambda answer: "/send/" in answer.url) as first:
            page.locator("form[action$='send/'] button").click()
        assert first.value.status == (429 if crowd else 302)
        expect(page.get_by_text("Ответ принят").first).to_be_visible()
    moved("DELETE FROM limits_bucket WHERE door = 'guests'")
    page.context.close()
