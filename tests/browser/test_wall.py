"""The wall: says since when it is cut off and keeps its picture; the duty officer's word shows."""

from __future__ import annotations

import contextlib
import io
import re
import select
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect

from otklik.demo.accounts import LEADER, MODERATOR
from tests.browser import streets
from tests.browser.conftest import SURROUNDINGS, free_port, reported, wait_for
from tests.browser.test_journey import entered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


class Wire:
    """A line to the server that can be cut and mended."""

    def __init__(self, served: str) -> None:
        self.target = ("127.0.0.1", urlsplit(served).port or 80)
        self.ends: list[socket.socket] = []
        self.whole = True
        self.door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            if not self.whole:
                near.close()
                continue
            far = socket.create_connection(self.target)
            self.ends += [near, far]
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    @staticmethod
    def _carry(near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        try:
            while True:
                for end in select.select([near, far], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    other[end].sendall(data)
        except (OSError, ValueError):
            return
        finally:
            near.close()
            far.close()

    def cut(self) -> None:
        self.whole = False
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends = []

    def mend(self) -> None:
        self.whole = True

    def end(self) -> None:
        self.cut()
        self.door.close()


def some_heat(served: str) -> None:
    """Let three neighbours in Cherepovets write of one thing: something to show, not yet red."""
    for nth in range(3):
        reported(served, "roads-pothole", f"Яма, не проехать, дом {nth}", (59.1265, 37.9098))


def test_it_never_goes_blank_and_says_since_when(browser: Browser, served: str) -> None:
    wire = Wire(served)
    try:
        wall = browser.new_context(locale="ru-RU", timezone_id="Europe/Moscow").new_page()
        wall.goto(f"{wire.address}/monitor/")
        wall.locator("[data-wall][data-as-of][data-ready]").wait_for(timeout=60_000)
        live = wall.locator("[data-live]")
        assert live.inner_text() == "в прямом эфире"
        shown = wall.locator('[data-tile="today"]').inner_text()
        wire.cut()
        wall.locator('[data-live][data-state="off"]').wait_for(timeout=30_000)
        assert re.fullmatch(r"данные на \d\d:\d\d(:\d\d)?, связь потеряна", live.inner_text())
        assert wall.locator('[data-tile="today"]').inner_text() == shown
        assert wall.locator("[data-wall] canvas").count() == 1
        wire.mend()
        wall.locator('[data-live][data-state="on"]').wait_for(timeout=60_000)
    finally:
        wire.end()


def test_the_duty_officer_reddens_a_place_on_the_wall(browser: Browser, served: str) -> None:
    some_heat(served)
    duty = entered(browser, served, MODERATOR)
    duty.goto(f"{served}/monitor/")
    duty.locator("[data-wall][data-as-of][data-ready]").wait_for(timeout=60_000)
    worst = duty.locator('[data-worst] button:not([data-band="acute"])').last
    title = worst.locator("strong").inner_text()
    worst.click()
    form = duty.locator("form[data-mark]")
    form.locator('[value="mark"]').click()
    duty.get_by_text("Напишите, почему место отмечено").wait_for()
    form.locator('[name="reason"]').fill("Авария на магистрали")
    form.locator('[value="mark"]').click()
    duty.locator("[data-why-marks]").get_by_text("Авария на магистрали").wait_for()
    red = duty.locator('[data-worst] button[data-band="acute"]', has_text=title)
    red.wait_for(state="attached", timeout=20_000)  # the stream brought the colour
    form.locator('[value="unmark"]').click()
    duty.locator("[data-why-marks]").get_by_text("Авария на магистрали").wait_for(state="hidden")


def test_its_screens_turn_by_themselves_unless_motion_is_unwanted(
    browser: Browser, served: str
) -> None:
    leader = entered(browser, served, LEADER)
    leader.goto(f"{served}/monitor/")
    turning = leader.locator("[data-rotate]")
    expect(turning).to_have_attribute("aria-pressed", "true")
    leader.locator('[data-scene-tab="overdue"]').click()
    leader.get_by_role("heading", name="Просрочено:").wait_for()
    leader.locator("[data-board-overdue] li").first.wait_for()
    leader.locator('[data-scene-tab="solved"]').click()
    leader.locator("[data-board-solved] li").first.wait_for()
    turning.click()
    leader.reload()
    expect(turning).to_have_attribute("aria-pressed", "false")  # the choice is remembered

    guest = browser.new_context(reduced_motion="reduce").new_page()
    guest.goto(f"{served}/monitor/")
    expect(guest.locator("[data-rotate]")).to_have_attribute("aria-pressed", "false")
    assert guest.locator('[data-scene-tab="overdue"]').count() == 0


def test_the_panel_follows_the_filters_as_the_map_does(browser: Browser, served: str) -> None:
    some_heat(served)
    leader = entered(browser, served, LEADER)
    leader.goto(f"{served}/monitor/")
    leader.locator("[data-wall][data-as-of][data-ready]").wait_for(timeout=60_000)
    panel = leader.locator(".wall__side")
    expect(panel.locator("[data-worst] li")).not_to_have_count(1)
    whole = panel.locator('[data-tile="today"]').inner_text()
    leader.locator("[data-asked-by]").click()
    leader.select_option('[name="territory"]', "cherepovets-city")
    leader.select_option('[name="topic"]', "roads")
    only = panel.locator("[data-worst] li")
    expect(only).to_have_count(1)
    expect(only).to_contain_text("Череповец")
    expect(panel.locator("[data-of-everything]")).to_contain_text("дороги · Череповец")
    shown = panel.locator('[data-tile="today"]')
    expect(shown).not_to_have_text(whole)
    count = shown.inner_text()
    leader.goto(f"{served}{shown.get_attribute('href')}")
    expect(leader.locator(".bulk")).to_contain_text(f"Найдено: {count}")


@pytest.fixture
def with_streets(served: str, tmp_path: Path) -> Iterator[str]:
    """Serve the same region once more, by a process whose setting names a map of streets."""
    if not SURROUNDINGS:
        pytest.skip(f"{served} was started by somebody else")
    file, port = tmp_path / "streets.pmtiles", free_port()
    streets.write(file, 59.22, 39.89)
    env = {**SURROUNDINGS, "MAP_PMTILES": str(file), "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "config.cli", "live"], env=env)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def test_an_operators_map_of_streets_is_drawn_under_ours(
    browser: Browser, served: str, with_streets: str
) -> None:
    page = browser.new_page(locale="ru-RU", viewport={"width": 800, "height": 700})
    page.goto(f"{with_streets}/send/")
    page.locator("[name=place_kind][value=pin]").check(force=True)
    expect(page.locator(".map__credit")).to_contain_text("Protomaps")
    for _ in range(60):
        if wet(page.locator(".map:has(canvas)")) > TENTH:
            break
        page.wait_for_timeout(500)
    else:
        pytest.fail("the tile was never drawn")
    page.goto(f"{served}/send/")
    page.locator("[name=place_kind][value=pin]").check(force=True)
    expect(page.locator(".map__credit")).to_contain_text("Natural Earth")
    page.locator(".map__zoom").wait_for()
    assert wet(page.locator(".map:has(canvas)")) < TENTH
    page.close()


WATER = (128, 222, 234)
"""The colour of water in Protomaps' light style: nothing of ours has it."""
TENTH = 0.1


def wet(shown: Locator) -> float:
    """Return which share of a map is water."""
    picture = Image.open(io.BytesIO(shown.screenshot())).convert("RGB").tobytes()
    pixels = [picture[n : n + 3] for n in range(0, len(picture), 3)]
    near = [all(abs(a - b) <= 3 for a, b in zip(each, WATER, strict=True)) for each in pixels]
    return sum(near) / len(near)
