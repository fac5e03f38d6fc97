"""A yard's whole way through pages: forty messages, a project, a vote, what was built, who is told.

Residents are known by verified accounts; one of them votes by keyboard alone. Nothing here is done
but by looking, typing and pressing; only time is moved, since a vote lasts days.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, expect

from otklik.demo.accounts import EXECUTOR, MODERATOR, NEIGHBOUR, VOTES
from tests.browser.conftest import SURROUNDINGS, moved, reported, until
from tests.browser.test_journey import entered, photo
from tools import verify_vote

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PLACE = (59.2150, 39.8815)
TITLE = "Двор на Зосимовской"
QUESTION = "Что построить во дворе на Зосимовской?"
CODE = re.compile(r"^([0-9A-Z]{5}-){5}[0-9A-Z]$")
CLOCK = """
from otklik.participation.ballots import timers
from otklik.participation.ballots.models import Vote
timers.run(getattr(Vote.objects.get(slug=%r).phase, %r))
"""
"""The vote's own clock, told that its beginning or its end has come."""
DAYS_PASS = """
SET session_replication_role = replica;
UPDATE projects_phase SET opens_at = opens_at - interval '5 days',
  closes_at = closes_at - interval '5 days'
WHERE id = (SELECT phase_id FROM ballots_vote WHERE slug = '{slug}');
"""
"""What was asked for days lies in the past: no page may do it, so triggers are put aside."""


def told_by_the_clock(slug: str, when: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "config.cli", "shell", "-v0", "-c", CLOCK % (slug, when)],
        env=SURROUNDINGS, check=True,
    )  # fmt: skip


def ended(slug: str) -> None:
    """Let the days of a vote pass."""
    told_by_the_clock(slug, "closes_at")
    moved(DAYS_PASS.format(slug=slug))


def resident(browser: Browser, served: str, name: str) -> Page:
    """Sign in through the state's door: it knows where one lives."""
    page = browser.new_context(locale="ru-RU").new_page()
    page.goto(f"{served}/accounts/login/")
    page.locator("form[action*='/esia/'] button").click()
    page.get_by_role("button", name=name).click()
    page.wait_for_url(f"{served}/**")
    return page


def forty_messages(browser: Browser, served: str) -> Page:
    """Neighbours write of one yard, Nina among them; return the page on which she is told."""
    nina = entered(browser, served, NEIGHBOUR)
    nina.goto(f"{served}/send/")
    nina.fill("#id_text", "Во дворе на Зосимовской нет детской площадки, детям негде играть")
    nina.fill("#id_address", "Вологда, Зосимовская улица, 30")
    nina.locator(".sendbar button").click()
    nina.locator("[data-number]").wait_for()  # before others: she is not asked to join them
    for number in range(39):
        reported(
            served, "yards-playground-needed", "Во дворе на Зосимовской нет детской площадки,"
            f" детям негде играть. Пишет квартира {number + 1}",
            (PLACE[0] + number % 8 * 0.00005, PLACE[1] + number // 8 * 0.00005),
        )  # fmt: skip
    return nina


def project_begun(browser: Browser, served: str) -> str:
    """Let a moderator see one cause behind them and begin a project from it; return its address."""
    page = entered(browser, served, MODERATOR)
    page.goto(f"{served}/desk/problems/")
    yard = page.locator("#clusters ~ ul > li", has_text="Нужна детская площадка")
    until(yard.locator(".chip", has_text="40").count, page, served)  # triage looks at each
    yard.get_by_role("button", name="Объединить").click()
    page.fill("#id_title", TITLE)
    page.get_by_role("button", name="Завести проблему").click()
    page.get_by_role("link", name="Начать проект").click()
    expect(page.locator("#title")).to_have_value(TITLE)
    page.fill("#summary", "Сорок соседей просят площадку. Спросим, что строить.")
    page.select_option("#topic", "yards")
    page.get_by_role("button", name="Начать", exact=True).click()
    expect(page.locator("#cases .count")).to_have_text("40")
    page.get_by_role("button", name="Показать всем").click()
    address = page.get_by_role("link", name="Страница для жителей").get_attribute("href")
    page.context.close()
    assert address
    return address


def announced(desk: Page, served: str) -> str:
    """Let the organiser ask residents within the project, look at the ballot, announce it."""
    start = timezone.localtime() + timedelta(days=1)
    desk.goto(f"{served}/desk/projects/")
    desk.get_by_role("link", name=TITLE).first.click()
    desk.get_by_role("link", name="Голосование", exact=True).click()
    desk.fill("#id_question", QUESTION)
    desk.fill("#id_options", "Каток\nСквер\nСтоянку")
    desk.select_option("#id_secrecy", "blind")
    desk.select_option("#id_min_level", "standard")
    desk.select_option("#id_places", ["vologda-city"])
    desk.check("#id_proven")
    desk.fill("#id_opens_at", f"{start:%Y-%m-%dT%H:%M}")
    desk.fill("#id_closes_at", f"{start + timedelta(days=3):%Y-%m-%dT%H:%M}")
    desk.click("main form button")
    desk.click("a[href$='/preview/']")
    expect(desk.locator("main")).to_contain_text("отсюда ничего не отправляется")
    desk.go_back()
    desk.click("form[action$='/announce/'] button")
    slug = desk.locator("main a[href^='/votes/']").first.get_attribute("href")
    assert slug is not None
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


def votes_and_changes(maria: Page, served: str, project: str) -> tuple[str, str]:
    """Vote, then change the choice, by keyboard alone; return the code and the receipt."""
    maria.goto(f"{served}{project}")
    tab_to(maria, "main .rows a[href^='/votes/']")
    maria.keyboard.press("Enter")
    maria.wait_for_url("**/votes/**")
    tab_to(maria, "a[href$='/ballot/']")
    maria.keyboard.press("Enter")
    maria.wait_for_url("**/ballot/")
    maria.wait_for_selector("[data-get]:visible")
    tab_to(maria, "[data-get]")
    maria.keyboard.press("Enter")
    maria.wait_for_selector("[data-ballot]:visible")
    heard = maria.locator("main").aria_snapshot()
    in_turn = [f'heading "{QUESTION}"', "слепая подпись", "Бюллетень у вас", "Отметьте один",
               'radio "Каток"', 'radio "Сквер"', 'radio "Стоянку"',
               'button "Отправить']  # fmt: skip
    places = [heard.find(each) for each in in_turn]
    assert -1 not in places, heard
    assert places == sorted(places), "a screen reader hears them in the order in which they matter"
    tab_to(maria, "input[name=choice]")
    maria.keyboard.press("Space")
    tab_to(maria, "[data-ballot] button")
    maria.keyboard.press("Enter")
    expect(maria.locator("[data-code]")).to_have_text(CODE)
    code = maria.locator("[data-code]").inner_text()
    maria.reload()  # as if she came back another day
    maria.wait_for_selector("[data-ballot]:visible")
    tab_to(maria, "input[name=choice]")
    maria.keyboard.press("ArrowDown")
    tab_to(maria, "[data-ballot] button")
    maria.keyboard.press("Enter")
    expect(maria.locator("[data-told]")).to_contain_text("принят")
    receipt = maria.evaluate("document.querySelector('[data-receipt]').href")
    return code, unquote(receipt.partition(",")[2])


def others_are_refused(browser: Browser, served: str, slug: str) -> None:
    """A second browser of the same person, one who lives elsewhere, one whom nobody verified."""
    for who, said in (
        (resident(browser, served, "Воробьёва"), "уже выдан в другом браузере"),
        (resident(browser, served, "Кузнецов"), "жители других территорий"),
        (entered(browser, served, NEIGHBOUR), "из подтверждённой учётной записи"),
    ):
        who.goto(f"{served}/votes/{slug}/ballot/")
        who.click("[data-get]")
        expect(who.locator("[data-told]")).to_contain_text(said)
        who.context.close()


def recounted(page: Page, served: str, slug: str, folder: Path, mine: tuple[str, str]) -> None:
    """Recount the downloaded package by the verifier alone; it finds a forged copy."""
    package, alone = folder / "package.zip", folder / "verify_vote.py"
    page.goto(f"{served}/votes/{slug}/")
    with page.expect_download() as download:
        page.locator(f"a[href='/votes/{slug}/package.zip']").click()
    download.value.save_as(package)
    alone.write_bytes(Path(verify_vote.__file__).read_bytes())
    (folder / "receipt.json").write_text(mine[1])

    def verified(*more: str) -> tuple[int, str]:
        found = subprocess.run(
            [sys.executable, "-I", str(alone), package.name, *more],
            capture_output=True, text=True, check=False, cwd=folder,
        )  # fmt: skip
        return found.returncode, found.stdout

    for more in (["--code", mine[0]], ["--receipt", "receipt.json"]):
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


def decided(desk: Page, served: str) -> None:
    """Write down what was decided and what the town promises, by which day."""
    today = timezone.localdate()
    desk.goto(f"{served}/desk/outcomes/?tab=undecided")
    desk.get_by_role("link", name=QUESTION).click()
    desk.select_option("[name=ruling-verdict]", "accepted")
    desk.fill("[name=ruling-reason]", "Сквер выбрали жители двора. Строим весной.")
    desk.fill("[name=ruling-signer]", "Заместитель главы")
    desk.fill("[name=ruling-document]", "Постановление № 45")
    desk.fill("[name=ruling-decided_on]", today.isoformat())
    desk.get_by_role("button", name="Опубликовать решение").click()
    desk.fill("[name=promise-what]", "Разбить сквер во дворе")
    desk.select_option("[name=promise-organisation]", "adm-vologda-city")
    desk.fill("[name=promise-due]", (today + timedelta(days=30)).isoformat())
    desk.get_by_role("button", name="Опубликовать", exact=True).click()


def kept(browser: Browser, served: str) -> None:
    """Let those who promised tell that it is done, with a photo."""
    page = entered(browser, served, EXECUTOR)
    page.goto(f"{served}/desk/outcomes/?tab=running")
    page.get_by_role("link", name=QUESTION).click()
    done = page.locator("details:has(form[action$='/keep/'])")
    done.locator("summary").click()
    done.locator("textarea").fill("Сквер открыт: двадцать деревьев и скамейки")
    taken = FilePayload(name="after.jpg", mimeType="image/jpeg", buffer=photo())
    done.locator("[name=photos]").set_input_files(taken)
    done.locator("form button").click()
    expect(page.locator("main")).to_contain_text("Сквер открыт")
    page.context.close()


def is_told(page: Page, served: str, *titles: str) -> None:
    """See among what was sent to a person that it told of each of these."""
    page.goto(f"{served}/cabinet/notices/log/")
    for title in titles:
        until(page.locator("main tbody tr", has_text=title).count, page, served)


def test_a_yard_from_forty_messages_to_a_square(
    browser: Browser, served: str, tmp_path: Path
) -> None:
    nina = forty_messages(browser, served)
    project = project_begun(browser, served)
    desk = entered(browser, served, VOTES)
    slug = announced(desk, served)
    told_by_the_clock(slug, "opens_at")
    maria = resident(browser, served, "Воробьёва")
    mine = votes_and_changes(maria, served, project)
    others_are_refused(browser, served, slug)
    ended(slug)
    maria.goto(f"{served}/votes/{slug}/")
    first = maria.locator("#result ~ table tbody tr").first
    expect(first).to_contain_text("Сквер")
    expect(first.locator("td")).to_contain_text("1")
    expect(maria.locator("main")).to_contain_text("Бюллетеней: 1")
    recounted(maria, served, slug, tmp_path, mine)
    decided(desk, served)
    kept(browser, served)
    maria.goto(f"{served}{project}")
    for words in ("Вырос из сообщений: 40", "принято", "Постановление № 45", "Сквер открыт"):
        expect(maria.locator("main")).to_contain_text(words)
    until(maria.locator(".promises img").count, maria, served)  # its copy is being made
    for person in (maria, nina):
        is_told(person, served, "Решение по итогам", "Обещанное по итогам сделано")
