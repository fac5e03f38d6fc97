"""A phone sends a photo; the server, or server and phone, are killed amid it: it arrives once."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.browser.test_journey import UNSURE
from tests.browser.test_phone import camera, opened, taken, write
from tests.durability.conftest import SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.durability.conftest import Running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.timeout(2400),
]
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
SOME = 100_000
"""Bytes of a photo that are there when all is killed."""


def sending(page: Page, address: str, text: str, parts: Path) -> Path:
    """Send a message with a photo over a thin line; return the file when some of it has come."""
    known = set(parts.glob("*.bin"))
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
    write(page, address, text, camera())
    page.locator(".sendbar button").click()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for file in set(parts.glob("*.bin")) - known:
            if file.stat().st_size > SOME:
                return file
        page.wait_for_timeout(50)
    pytest.fail("no photo comes")


def test_whoever_is_killed_amid_a_photo_it_arrives_once(
    browser: Browser, running: Running, tmp_path: Path
) -> None:
    running.start()
    address, parts = f"http://127.0.0.1:{running.port}", running.folder / "files" / "parts"
    phone = taken(browser, tmp_path / "phone")
    page = opened(phone, f"{address}/")
    first = sending(page, address, f"{UNSURE}, раз", parts)
    running.kill(database=False)
    came = first.stat().st_size
    running.start()  # the page is still there and goes on by itself
    page.locator("[data-waits-number]").click()
    page.locator("[data-number]").wait_for()
    assert first.stat().st_size > came

    second = sending(page, address, f"{UNSURE}, два", parts)
    phone.close()
    running.kill(database=True)
    came = second.stat().st_size
    running.start()
    phone = taken(browser, tmp_path / "phone")
    page = opened(phone, f"{address}/")
    page.locator("[data-waits-number]").click()
    page.locator("[data-number]").wait_for()
    phone.close()
    assert second.stat().st_size > came
    assert {first, second} == set(parts.glob("*.bin")), "both went on, neither began anew"

    with psycopg.connect(running.address(), autocommit=True) as connection:
        kept = connection.execute(
            "SELECT report.id, sha256 FROM intake_report report"
            " LEFT JOIN intake_attachment file ON file.report_id = report.id ORDER BY report.id"
        ).fetchall()
    prints = [hashlib.sha256(each.read_bytes()).hexdigest() for each in (first, second)]
    assert [sha for _, sha in kept] == prints, "each message once, each with its whole photo"
