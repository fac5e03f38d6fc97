"""The phone's application in a real browser: installed, with no network, amid a photo."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FLAGS, PATIENCE
from tests.browser.test_journey import PHONE, UNSURE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
CONTROLS = "navigator.serviceWorker.controller !== null"


@pytest.fixture
def telephone(browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """Take a phone with a profile of its own: what it keeps outlives a page, and it may install."""
    context = taken(browser, tmp_path)
    yield context
    context.close()


def taken(browser: Browser, folder: Path) -> BrowserContext:
    context = browser.browser_type.launch_persistent_context(
        folder, executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS,
        viewport=PHONE, locale="ru-RU", has_touch=True, is_mobile=True,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    return context


def opened(context: BrowserContext, address: str) -> Page:
    """Open the site, and wait until its worker controls the page."""
    page = context.new_page()
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    while not page.evaluate(CONTROLS):
        page.wait_for_timeout(100)
    return page


def test_it_may_be_installed_and_works_with_no_network(
    telephone: BrowserContext, served: str
) -> None:
    page = opened(telephone, f"{served}/")
    tools = page.context.new_cdp_session(page)
    assert tools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    described = tools.send("Page.getAppManifest")
    assert described["errors"] == []
    assert described["url"] == f"{served}/app.webmanifest"

    page.context.set_offline(True)
    page.goto(f"{served}/messages/")
    expect(page.locator("h1")).to_have_text("Нет сети")
    page.locator("main a.button", has_text="Написать сообщение").click()
    expect(page.locator("h1")).to_have_text("Что случилось?")
    page.locator("[data-send][data-ready]").wait_for()
    page.fill("#id_text", UNSURE)
    page.locator("[data-state]", has_text="Черновик сохранён").wait_for()
    first = page.input_value("[name=idempotency_key]")
    assert len(first) == 36
    page.context.set_offline(False)
    page.goto(f"{served}/send/")
    assert page.input_value("#id_text") == UNSURE
    expect(page.locator("main .notice", has_text="Нет сети")).to_have_count(0)
