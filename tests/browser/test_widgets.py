"""A town's page on another origin, under a strict CSP: three widgets, and none gets in its way."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from otklik.demo.accounts import LOCAL_ADMIN
from tests.browser.test_journey import entered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
OWN = "h2{color:rgb(1,2,3);font-size:70px}iframe{display:none!important}button{display:none}"
"""A site's careless style: it must not reach into a widget."""
NARROW = {"width": 390, "height": 844}


class Town(BaseHTTPRequestHandler):
    """The page, with the code as the desk gives it."""

    codes: tuple[str, ...] = ()
    ours = ""

    def do_GET(self) -> None:
        kind = "css" if self.path == "/own.css" else "html"
        self.send_response(200)
        self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
        policy = f"default-src 'none'; script-src {self.ours}; frame-src {self.ours}"
        self.send_header("Content-Security-Policy", f"{policy}; style-src 'self'")
        self.end_headers()
        if self.path == "/own.css":
            self.wfile.write(OWN.encode())
            return
        body = "".join(f"<section>{code}</section>" for code in self.codes)
        page = f"""<!doctype html><html lang="ru"><title>Город</title>
            <link rel="stylesheet" href="/own.css"><meta name="viewport"
            content="width=device-width"><h2>Новости города</h2>{body}</html>"""
        self.wfile.write(page.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def town() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Town)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def made(desk: Page, served: str, kind: str) -> str:
    """Make a widget at the desk; return the line to paste."""
    desk.goto(f"{served}/desk/widgets/new/")
    desk.fill("#title", f"Проба: {kind}")
    desk.select_option("#kind", kind)
    desk.select_option("#organisation", "adm-vologda-city")
    desk.locator("main form button").first.click()
    return desk.locator("textarea[readonly]").input_value()


def test_a_town_s_page_with_three_widgets_under_a_strict_policy(
    browser: Browser, served: str, town: str
) -> None:
    desk = entered(browser, served, LOCAL_ADMIN)
    Town.ours = served
    Town.codes = tuple(made(desk, served, kind) for kind in ("button", "form", "status"))
    said: list[str] = []
    page = browser.new_context(viewport=NARROW, locale="ru-RU").new_page()  # type: ignore[arg-type]
    page.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    page.goto(town)
    expect(page.locator("otklik-widget")).to_have_count(3)
    form = page.frame_locator("otklik-widget >> nth=1 >> iframe")
    form.locator("#id_text").fill("Большая яма на проезжей части у дома 12")
    form.locator("#id_address").fill("Вологда, улица Мира, 12")
    form.locator('input[name="contact_kind"][value="none"]').check(force=True)
    form.locator("button[type=submit]").click()
    number = form.locator("[data-number]").inner_text()
    secret = form.locator("[data-secret]").inner_text()

    status = page.frame_locator("otklik-widget >> nth=2 >> iframe")
    status.locator("#id_number").fill(number)
    status.locator("#id_secret").fill(secret)
    status.locator("button").click()
    status.locator("[data-found]").wait_for()

    button = page.frame_locator("otklik-widget >> nth=0 >> iframe").locator("[data-open]")
    button.focus()
    page.keyboard.press("Enter")
    page.frame_locator("otklik-widget dialog iframe").locator("#id_text").wait_for()
    page.locator("otklik-widget dialog button").click()
    expect(page.locator("otklik-widget dialog")).to_have_count(0)
    heights = page.evaluate(
        "[...document.querySelectorAll('otklik-widget')]"
        ".map(each => each.shadowRoot.querySelector('iframe').offsetHeight)"
    )
    assert all(height > 40 for height in heights), heights
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert not [each for each in said if "favicon" not in each]
    assert not page.context.cookies(town)
