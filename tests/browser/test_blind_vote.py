"""A blind ballot made in a real browser is taken by the server and carries no cookie."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from otklik.demo.accounts import NEIGHBOUR
from tests.browser.test_journey import entered

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Request

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
VOTE = "/votes/kak-nazvat-novyy-parom/"


def test_a_browser_gets_a_token_casts_unnamed_and_changes_its_choice(
    browser: Browser, served: str
) -> None:
    page = entered(browser, served, NEIGHBOUR)
    sent: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/cast/"):
            sent.append({"headers": request.all_headers(), "body": request.post_data_json})

    page.on("requestfinished", note)
    page.goto(f"{served}{VOTE}ballot/")
    if page.locator("#id_born").count():
        page.select_option("#id_territory", "vologda-city")
        page.fill("#id_born", "1990-02-03")
        page.click("main form button")
    page.click("[data-get]")
    page.wait_for_selector("[data-ballot]:visible")
    page.check("input[value=v1]")
    page.click("[data-ballot] button")
    expect(page.locator("[data-code]")).to_have_text(re.compile(r"^([0-9A-Z]{5}-){5}[0-9A-Z]$"))
    page.check("input[value=v2]")
    page.click("[data-ballot] button")
    expect(page.locator("[data-ballot] button")).not_to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(500)
    assert [each["body"]["rev"] for each in sent] == [1, 2]
    assert [each["body"]["choices"] for each in sent] == [["v1"], ["v2"]]
    assert len({each["body"]["token"] for each in sent}) == 1
    for each in sent:
        assert not {"cookie", "x-csrftoken", "referer"} & set(each["headers"])
        text = str(each["body"])
        assert NEIGHBOUR.email not in text
