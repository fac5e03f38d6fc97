"""A whole call by keyboard alone: no mouse, no element touched but by the keys a person has."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.request
import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from otklik.demo.accounts import OPERATOR
from otklik.demo.hotline import EXTENSION, SECRET, TOKEN
from tests.browser.test_journey import entered

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
WORDS = "Третий день не вывозят мусор, баки переполнены"
MOST_KEYS, MOST_STROKES = 6, 90
"""Keys beside the letters and digits that the caller dictates; all strokes of the call together."""


class Keys:
    """The operator's hands: types and presses, and counts what they press."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed, self.typed = page, 0, 0

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.typed += len(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


def focus_on(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.name"))


def told(served: str, **event: str) -> int:
    """Send what a telephone system sends."""
    body = json.dumps(event).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(  # noqa: S310
        f"{served}/hooks/telephony/{TOKEN}/", body,
        {"Content-Type": "application/json", "X-Otklik-Signature": signature},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return int(answer.status)


@pytest.fixture
def card(browser: Browser, served: str) -> Page:
    page = entered(browser, served, OPERATOR)
    page.set_viewport_size({"width": 1366, "height": 900})
    page.goto(f"{served}/desk/call/")
    page.wait_for_load_state("networkidle")
    return page


def test_a_whole_call_by_keyboard(card: Page) -> None:
    keys = Keys(card)
    assert focus_on(card) == "id_phone"
    keys.type("89005550101")
    keys.press("Enter")
    assert focus_on(card) == "id_name"
    keys.type("Анна")
    keys.press("Enter")
    assert focus_on(card) == "id_text"
    keys.type(WORDS)
    card.locator("[data-fact='1']").wait_for()
    card.locator("[data-part=script] li").first.wait_for()
    assert "Сколько дней не вывозят" in card.locator("[data-part=script]").inner_text()
    keys.press("Alt+1")
    assert card.locator("[data-fact='1']").is_checked()
    assert focus_on(card) == "id_address"
    keys.type("вологда герцна 12")  # as one types in a hurry
    card.locator("#address_options [role=option]").first.wait_for()
    keys.press("ArrowDown", "Enter")
    assert card.locator("#id_address").input_value() == "Вологда, улица Герцена, 12"
    assert focus_on(card) == "id_address"
    keys.press("F8")
    card.locator("[data-taken] [data-number]").wait_for()
    assert focus_on(card) == "id_phone"  # the next call may begin
    assert card.locator("#id_phone").input_value() == ""
    assert keys.pressed <= MOST_KEYS
    assert keys.pressed + keys.typed <= MOST_STROKES
    number = card.locator("[data-number]").get_attribute("data-number")
    card.goto(card.url.split("/desk/")[0] + "/demo/sms/")
    assert number
    assert number in card.locator("[data-sms]").first.inner_text()


def test_nobody_calls_twice_about_what_is_known(card: Page) -> None:
    keys = Keys(card)
    keys.type("89005550102")
    keys.press("Tab", "Tab")
    keys.type("Нет света во всём доме с утра")
    card.locator("[data-fact='1']").wait_for()
    keys.press("Tab")  # into the list of topics, where a digit chooses
    keys.press("1")
    keys.type("Сокол, Советская 50")
    card.locator("[data-join]").wait_for()
    assert "Нет света в центре Сокола" in card.locator("[data-part=known]").inner_text()
    keys.press("F2")
    card.locator("[data-taken]").wait_for()
    assert "Присоединили: Нет света в центре Сокола" in card.locator("[data-taken]").inner_text()


def test_danger_and_a_callback(card: Page) -> None:
    keys = Keys(card)
    keys.type("89005550103")
    keys.press("Enter", "Enter")
    keys.type("В подъезде сильно пахнет газом")
    card.locator("[data-part=danger] .notice").wait_for()
    assert "104 или 112" in card.locator("[data-part=danger]").inner_text()
    keys.press("F4")
    assert focus_on(card) == "id_why"
    keys.type("Спросить, приехала ли служба")
    keys.press("F9")
    card.locator("[data-taken] [data-secret]").wait_for()
    card.goto(card.url.split("/desk/")[0] + "/desk/callbacks/")
    assert "приехала ли служба" in card.locator("main").inner_text()


def test_a_ringing_telephone_opens_the_card(card: Page, served: str) -> None:
    first, second = uuid.uuid4().hex, uuid.uuid4().hex
    ring = {"event": "ringing", "phone": "+79005550104", "extension": EXTENSION, "call_id": first}
    assert told(served, **ring) == 200
    expect(card.locator("#id_phone")).to_have_value("+79005550104")
    assert focus_on(card) == "id_text"
    assert told(served, **ring) == 200  # told again: nothing new
    keys = Keys(card)
    keys.type(WORDS)
    told(served, **{**ring, "phone": "+79005550105", "call_id": second})
    card.locator("[data-ring]:not([hidden])").wait_for()  # the card in use is not taken away
    assert card.locator("#id_text").input_value() == WORDS
    assert "+79005550105" in card.locator("[data-ring]").inner_text()
