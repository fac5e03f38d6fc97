"""A security key as the second factor: enrolled and used in a real browser, its key made of air."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from otklik.demo.accounts import AUDITOR, PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
KEY = {
    "protocol": "ctap2", "transport": "usb", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.locator("[name=login]").fill(AUDITOR.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def test_an_official_adds_a_key_and_gets_in_by_it_alone(served: str, browser: Browser) -> None:
    site = served.replace("127.0.0.1", "localhost")  # a key belongs to a name, not to an address
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    chromium = context.new_cdp_session(page)
    chromium.send("WebAuthn.enable")
    added: dict[str, Any] = chromium.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    key = {"authenticatorId": added["authenticatorId"]}

    sign_in(page, site)
    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    if "/reauthenticate/" in page.url:  # a key is added by one who says the password anew
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
    page.locator("[name=name]").fill("Ключ на связке")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    (made,) = chromium.send("WebAuthn.getCredentials", key)["credentials"]
    assert made["rpId"] == "localhost"
    page.goto(f"{site}/accounts/2fa/webauthn/")
    expect(page.get_by_text("Ключ на связке")).to_be_visible()

    context.clear_cookies()
    sign_in(page, site)
    expect(page).to_have_url(re.compile("/accounts/2fa/authenticate/"))
    page.goto(f"{site}/desk/audit/")  # the password alone opens nothing
    expect(page).to_have_url(re.compile("/accounts/2fa/authenticate/"))
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto(f"{site}/desk/audit/")
    expect(page.locator("h1")).to_be_visible()
    (used,) = chromium.send("WebAuthn.getCredentials", key)["credentials"]
    assert used["signCount"] > made["signCount"]
    context.close()
