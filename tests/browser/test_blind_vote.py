"""A blind ballot made in a real browser is taken by the server and carries no cookie.

Then a whole vote by keyboard alone, to the package that anybody recounts and the forgery it finds.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from otklik.demo.accounts import CITIZEN, NEIGHBOUR, OPERATOR, VOTES
from tests.browser.test_journey import entered
from tests.environment import address_of
from tools import verify_vote

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

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


QUESTION = "Что построить во дворе на Зосимовской?"
CLOCK = """
from otklik.participation.ballots import timers
from otklik.participation.ballots.models import Vote
timers.run(getattr(Vote.objects.get(slug=%r).phase, %r))
"""
"""The vote's own clock, told that its beginning or its end has come."""


def told_by_the_clock(slug: str, when: str) -> None:
    env = {**os.environ, "DATABASE_URL": address_of(f"served_{os.getpid()}"), "OTKLIK_OWNER": "0"}
    subprocess.run(
        [sys.executable, "-m", "config.cli", "shell", "-v0", "-c", CLOCK % (slug, when)],
        env=env, check=True,
    )  # fmt: skip


def announced(browser: Browser, served: str) -> str:
    """Let the organiser write the vote, look at the ballot and announce it; return its slug."""
    page, start = entered(browser, served, VOTES), timezone.localtime() + timedelta(days=1)
    page.goto(f"{served}/desk/votes/new/")
    page.fill("#id_question", QUESTION)
    page.fill("#id_options", "Каток\nСквер\nСтоянку")
    page.select_option("#id_secrecy", "blind")
    page.select_option("#id_min_level", "standard")
    page.select_option("#id_places", ["vologda-city"])
    page.fill("#id_opens_at", f"{start:%Y-%m-%dT%H:%M}")
    page.fill("#id_closes_at", f"{start + timedelta(days=3):%Y-%m-%dT%H:%M}")
    page.click("main form button")
    page.click("a[href$='/preview/']")
    expect(page.locator("main")).to_contain_text("отсюда ничего не отправляется")
    page.go_back()
    page.click("form[action$='/announce/'] button")
    slug = page.locator("main a[href^='/votes/']").first.get_attribute("href")
    assert slug is not None
    page.context.close()
    return slug.strip("/").split("/")[1]


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until a control has the focus, seen as such."""
    seen = """wanted => {
      const here = document.activeElement, look = getComputedStyle(here);
      if (!here.matches(wanted)) return "";
      const ring = look.outlineStyle !== "none" || look.boxShadow !== "none";
      return ring ? "seen" : "no ring";
    }"""
    for _ in range(80):
        page.keyboard.press("Tab")
        if said := page.evaluate(seen, selector):
            assert said == "seen", f"the focus is not seen on {selector}"
            return
    raise AssertionError(f"Tab never comes to {selector}")


def lives(page: Page, place: str) -> None:
    """Say by keyboard where one lives and when one was born."""
    tab_to(page, "#id_territory")
    chosen = "document.activeElement.selectedOptions[0].text.trim()"
    for _ in range(60):
        page.keyboard.press("ArrowDown")
        if page.evaluate(chosen) == place:
            break
    else:
        raise AssertionError(f"the arrow never comes to {place}")
    tab_to(page, "#id_born")
    page.keyboard.type("03021990")
    tab_to(page, "main form.card button")
    page.keyboard.press("Enter")


def votes_and_changes(anna: Page, served: str, slug: str) -> tuple[str, str]:
    """Vote, then change the choice, by keyboard alone; return the code and the receipt."""
    anna.goto(f"{served}/votes/{slug}/")
    tab_to(anna, "a[href$='/ballot/']")
    anna.keyboard.press("Enter")
    anna.wait_for_url("**/ballot/")
    lives(anna, "Вологда")
    anna.wait_for_selector("[data-get]:visible")
    tab_to(anna, "[data-get]")
    anna.keyboard.press("Enter")
    anna.wait_for_selector("[data-ballot]:visible")
    heard = anna.locator("main").aria_snapshot()
    in_turn = [f'heading "{QUESTION}"', "слепая подпись", "Бюллетень у вас", "Отметьте один",
               'radio "Каток"', 'radio "Сквер"', 'radio "Стоянку"',
               'button "Отправить']  # fmt: skip
    places = [heard.find(each) for each in in_turn]
    assert -1 not in places, heard
    assert places == sorted(places), "a screen reader hears them in the order in which they matter"
    tab_to(anna, "input[name=choice]")
    anna.keyboard.press("Space")
    tab_to(anna, "[data-ballot] button")
    anna.keyboard.press("Enter")
    expect(anna.locator("[data-code]")).to_have_text(re.compile(r"^([0-9A-Z]{5}-){5}[0-9A-Z]$"))
    code = anna.locator("[data-code]").inner_text()
    anna.goto(f"{served}/votes/{slug}/ballot/")
    anna.wait_for_selector("[data-ballot]:visible")
    tab_to(anna, "input[name=choice]")
    anna.keyboard.press("ArrowDown")
    tab_to(anna, "[data-ballot] button")
    anna.keyboard.press("Enter")
    expect(anna.locator("[data-told]")).to_contain_text("принят")
    receipt = anna.evaluate("document.querySelector('[data-receipt]').href")
    kept = unquote(receipt.partition(",")[2])
    return code, kept


def others_are_refused(browser: Browser, served: str, slug: str) -> None:
    """A second browser of the same person, and one who lives elsewhere."""
    again = entered(browser, served, CITIZEN)
    again.goto(f"{served}/votes/{slug}/ballot/")
    again.click("[data-get]")
    expect(again.locator("[data-told]")).to_contain_text("уже выдан в другом браузере")
    far = entered(browser, served, OPERATOR)
    far.goto(f"{served}/votes/{slug}/ballot/")
    lives(far, "Череповец")
    far.click("[data-get]")
    expect(far.locator("[data-told]")).to_contain_text("жители других территорий")


def test_a_whole_vote_by_keyboard_alone_is_recounted_and_a_forged_copy_is_found(
    browser: Browser, served: str, tmp_path: Path
) -> None:
    slug = announced(browser, served)
    told_by_the_clock(slug, "opens_at")
    anna = entered(browser, served, CITIZEN)
    code, kept = votes_and_changes(anna, served, slug)
    others_are_refused(browser, served, slug)
    told_by_the_clock(slug, "closes_at")
    anna.goto(f"{served}/votes/{slug}/")
    expect(anna.locator("#result ~ table tbody tr").first).to_contain_text("Сквер")
    package = tmp_path / "package.zip"
    package.write_bytes(anna.request.get(f"{served}/votes/{slug}/package.zip").body())
    (tmp_path / "receipt.json").write_text(kept)
    alone = tmp_path / "verify_vote.py"
    alone.write_bytes(Path(verify_vote.__file__).read_bytes())

    def verified(*more: str) -> tuple[int, str]:
        found = subprocess.run(
            [sys.executable, "-I", str(alone), package.name, *more],
            capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        return found.returncode, found.stdout

    for more in (["--code", code], ["--receipt", "receipt.json"]):
        status, said = verified(*more)
        assert status == 0, said
        assert "ваш бюллетень учтён: Сквер" in said
    forge(package)
    status, said = verified()
    assert status == 1
    assert "НЕВЕРНО" in said


def forge(package: Path) -> None:
    """Give the vote to another option, as one would who has the package alone."""
    with zipfile.ZipFile(package) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    result = json.loads(files["result.json"])
    result["chosen"] = ["v3"]
    files["result.json"] = verify_vote.canonical(result)
    with zipfile.ZipFile(package, "w") as packed:
        for name, body in files.items():
            packed.writestr(name, body)
