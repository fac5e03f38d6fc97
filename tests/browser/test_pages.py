"""Every page: nothing serious for axe, no sideways scroll on a phone; the form travels light."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from otklik.demo.accounts import CITIZEN, LEADER, MODERATOR
from tests.browser.test_journey import entered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
AXE = "node_modules/axe-core/axe.min.js"
RULES = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
FIRST_LOAD = 200_000

PUBLIC = (
    "/", "/send/", "/track/", "/messages/", "/problems/", "/about/", "/accounts/login/",
    "/accounts/signup/", "/monitor/", "/monitor/table/", "/m/{number}/", "/no-such-page/",
)  # fmt: skip
AUTHOR = ("/cabinet/", "/sent/{own}/", "/m/{own}/")
DESK = (
    "/desk/", "/desk/?status=overdue", "/desk/c/{number}/", "/desk/new/", "/desk/problems/",
    "/desk/problems/new/", "/monitor/mark/?place=vologda-city",
)  # fmt: skip
WALL = ("/monitor/",)


@pytest.fixture(scope="module")
def people(browser: Browser, served: str) -> Iterator[dict[str, Page]]:
    """Sign in once for all pages: a guest, the author of a message, a moderator, a leader."""
    anna = entered(browser, served, CITIZEN)
    anna.goto(f"{served}/send/")
    anna.fill("#id_text", "На детской площадке во дворе сломаны качели, торчит железо")
    anna.locator('input[name="place_kind"][value="unknown"]').check(force=True)
    anna.locator('input[name="contact_kind"][value="none"]').check(force=True)
    anna.locator(".sendbar button").click()
    anna.locator("[data-number]").wait_for(timeout=60_000)
    guest = browser.new_context(locale="ru-RU", bypass_csp=True).new_page()
    found = {
        "guest": guest,
        "author": anna,
        "desk": entered(browser, served, MODERATOR),
        "wall": entered(browser, served, LEADER),
    }
    yield found
    for page in found.values():
        page.context.close()


@pytest.fixture(scope="module")
def numbers(people: dict[str, Page], served: str) -> dict[str, str]:
    guest = people["guest"]
    guest.goto(f"{served}/messages/")
    link = guest.locator(".rows a").first.get_attribute("href") or ""
    return {
        "own": people["author"].locator("[data-number]").inner_text(),
        "number": re.sub(r"[^\d-]", "", link),
    }


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe finds serious: the rule and where."""
    page.evaluate(f"async () => {{ {AXE_TEXT} }}")
    found: dict[str, Any] = page.evaluate(RULES)
    return [
        (each["id"], [node["html"][:160] for node in each["nodes"]][:3])
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]


with open(AXE, encoding="utf-8") as _script:  # noqa: PTH123
    AXE_TEXT = _script.read()


@pytest.mark.parametrize(
    ("who", "path", "width"),
    [
        *(("guest", path, 360) for path in PUBLIC),
        *(("author", path, 360) for path in AUTHOR),
        *(("desk", path, 390) for path in DESK),
        ("desk", "/desk/", 1366),
        ("desk", "/desk/c/{number}/", 1366),
        *(("wall", path, 1920) for path in WALL),
    ],
)
def test_axe_finds_nothing_serious(
    people: dict[str, Page], numbers: dict[str, str], served: str, who: str, path: str, width: int
) -> None:
    page = people[who]
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{served}{path.format(**numbers)}")
    if who == "wall":
        page.locator("[data-worst] button").first.click()
        page.locator("dialog[open]").wait_for()
    page.wait_for_timeout(300)
    assert not serious(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_form_travels_light(browser: Browser, served: str) -> None:
    page = browser.new_context(locale="ru-RU").new_page()
    tools = page.context.new_cdp_session(page)
    weights: dict[str, int] = {}
    names: dict[str, str] = {}
    tools.on(
        "Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]})
    )
    tools.on(
        "Network.loadingFinished",
        lambda e: weights.update({e["requestId"]: int(e["encodedDataLength"])}),
    )
    tools.send("Network.enable")
    page.goto(f"{served}/send/", wait_until="networkidle")
    heaviest = sorted(((weights[key], names.get(key, "")) for key in weights), reverse=True)
    assert sum(weights.values()) <= FIRST_LOAD, heaviest[:5]
    assert not any("maplibre" in url or "/map/" in url for url in names.values())
