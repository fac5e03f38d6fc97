"""Anna's message goes all the way: from a phone to the wall, answered, disputed, answered again.

Each does their part on their own pages: nothing here is done but by looking, typing and pressing.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from playwright.sync_api import ViewportSize, expect

from otklik.demo.accounts import (
    APPROVER,
    CITIZEN,
    EXECUTOR,
    LEADER,
    MODERATOR,
    PASSWORD,
    SECOND_APPROVER,
    Actor,
)
from tests.browser.conftest import reported, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PHONE = ViewportSize(width=390, height=844)
UNSURE = "Опять то же самое у дома 12 по улице Мира, третий день, сделайте уже что-нибудь"
ANSWER = "Яму заделали сегодня утром, работала бригада города. Проверим ещё раз через неделю."


def photo() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (800, 600), (120, 110, 100)).save(stream, "JPEG")
    return stream.getvalue()


def entered(browser: Browser, served: str, actor: Actor) -> Page:
    page = browser.new_context(locale="ru-RU").new_page()
    page.goto(f"{served}/accounts/login/")
    page.fill("#id_login", actor.email)
    page.fill("#id_password", PASSWORD)
    page.locator("form.card button").click()
    page.wait_for_url(lambda url: "login" not in url)
    return page


def press(page: Page, verb: str) -> None:
    """Open a verb's form on the desk."""
    page.locator(f"details:has(form[data-verb={verb}]) summary").click()


def send(page: Page, verb: str) -> None:
    page.locator(f"form[data-verb={verb}] button").first.click()
    page.wait_for_load_state()


def write(anna: Page, served: str) -> str:
    """Let Anna describe the trouble, look at what is suggested, send with a photo."""
    anna.goto(f"{served}/send/")
    anna.fill("#id_text", "Большая яма на дороге, машины объезжают по встречной")
    anna.locator(".guess__fact").nth(2).wait_for(timeout=60_000)
    anna.locator(".guess__fact").first.click()
    assert anna.input_value("#id_topic") == anna.locator(".guess__fact").first.get_attribute(
        "value"
    )
    anna.locator(".guess__fact").first.click()  # thinks better of it: let them decide
    assert not anna.input_value("#id_topic")
    anna.fill("#id_text", UNSURE)
    anna.fill("#id_address", "Вологда, улица Мира, 12")
    anna.set_input_files(
        "#id_photos", {"name": "yama.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    anna.fill("#id_email", "anna@example.ru")
    anna.locator(".sendbar button").click()
    anna.locator("[data-number], #twins").first.wait_for()
    if anna.locator("#twins").count():  # neighbours wrote of it too; Anna sends her own
        anna.locator(".sendbar button").click()
    anna.locator("[data-number]").wait_for()
    return anna.locator("[data-number]").inner_text()


def moderate(page: Page, served: str, number: str) -> None:
    """Find the unsure message in the queue, say what it is about, take it to work."""
    page.goto(f"{served}/desk/")
    link = page.get_by_role("link", name=number)
    until(link.count, page, served)  # the wall counts a message before triage has made its case
    link.first.click()
    press(page, "retopic")
    page.select_option("#retopic", "roads-pothole")
    page.select_option("#reterritory", "vologda-city")
    send(page, "retopic")
    press(page, "register")
    send(page, "register")


def answer(page: Page, served: str, number: str, done: str = ANSWER) -> None:
    for _ in range(30):  # until its body is found
        page.goto(f"{served}/desk/c/{number}/")
        if page.locator("#answer_done").count():
            break
        page.wait_for_timeout(1000)
    page.fill("#answer_done", done)
    page.fill("#answer_when", "25 ноября, утром")
    page.fill("#answer_next", "Проверим ещё раз через неделю")
    page.select_option("#answer_result", "solved")
    page.set_input_files(
        "#proofs", {"name": "proof.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    send(page, "submit")


def by_keys(page: Page, served: str) -> None:
    """Walk the queue, open a case, look at how to take it and go back, all by keys."""
    page.goto(f"{served}/desk/?status=assigned")
    rows = page.locator("[data-row]")
    for key in ("j", "j", "k", "x"):
        page.keyboard.press(key)
    expect(rows.nth(0).locator("a").first).to_be_focused()
    expect(rows.nth(0).locator("input")).to_be_checked()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    rows.nth(0).locator("a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/c/**")
    page.keyboard.press("t")
    expect(page.locator("details[data-hotkey=KeyT]")).to_have_attribute("open", "")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("назад в очередь")
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    page.wait_for_url("**/desk/")


def test_from_a_phone_to_red_on_the_wall_and_back(browser: Browser, served: str) -> None:
    wall = entered(browser, served, LEADER)
    wall.set_viewport_size({"width": 1920, "height": 1080})
    wall.goto(f"{served}/monitor/")
    wall.locator("[data-wall][data-as-of]").wait_for(timeout=60_000)
    before = int(wall.locator('[data-tile="today"]').inner_text())

    anna = browser.new_context(viewport=PHONE, locale="ru-RU").new_page()
    number = write(anna, served)
    wall.wait_for_function(
        "before => Number(document.querySelector('[data-tile=\"today\"]').textContent) > before",
        arg=before,
        polling=500,  # a page without a graphics card may draw frames too seldom to ask by them
        timeout=90_000,
    )
    elena = entered(browser, served, MODERATOR)
    moderate(elena, served, number)
    boris = entered(browser, served, EXECUTOR)
    by_keys(boris, served)
    answer(boris, served, number)
    clara = entered(browser, served, APPROVER)
    clara.goto(f"{served}/desk/c/{number}/")
    press(clara, "approve")
    send(clara, "approve")

    anna.goto(f"{served}/m/{number}/")
    assert ANSWER in anna.locator("[data-answer]").inner_text()
    anna.locator('input[name="answer_score"][value="2"]').check(force=True)
    anna.locator('input[name="result_score"][value="2"]').check(force=True)
    anna.fill("#id_comment", "Яма на месте")
    anna.locator('input[name="dispute"]').check(force=True)
    anna.locator("form[data-rate] button").click()
    anna.wait_for_load_state()

    denis = entered(browser, served, SECOND_APPROVER)
    denis.goto(f"{served}/desk/c/{number}/")
    press(denis, "reopen")
    denis.fill("#reason_reopen", "Снимок сделан в другом месте")
    send(denis, "reopen")
    answer(boris, served, number)
    clara.goto(f"{served}/desk/c/{number}/")
    press(clara, "approve")
    send(clara, "approve")

    anna.goto(f"{served}/m/{number}/")
    anna.locator('input[name="answer_score"][value="5"]').check(force=True)
    anna.locator('input[name="result_score"][value="5"]').check(force=True)
    anna.locator("form[data-rate] button").click()
    anna.wait_for_load_state()
    assert "Решено" in anna.locator(".chip").first.inner_text()


def test_sending_tracking_and_rating_need_no_script(browser: Browser, served: str) -> None:
    bare: dict[str, Any] = {"java_script_enabled": False, "viewport": PHONE, "locale": "ru-RU"}
    page = browser.new_context(**bare).new_page()
    page.goto(f"{served}/send/")
    page.locator(".sendbar button").click()
    assert page.locator("#text_error").inner_text()
    page.fill("#id_text", "На улице Мира у дома 14 большая яма на проезжей части")
    page.fill("#id_address", "Вологда, улица Мира, 14")
    page.locator("details:has(#id_topic) > summary").click()
    page.select_option("#id_topic", "roads-pothole")
    page.locator('input[name="contact_kind"][value="none"]').check(force=True)
    page.locator(".sendbar button").click()
    if page.locator("#twins, #known").count():  # neighbours wrote of it too; this one is another
        page.locator(".sendbar button").click()
    number = page.locator("[data-number]").inner_text()
    secret = page.locator("[data-secret]").inner_text()
    other = browser.new_context(**bare).new_page()
    other.goto(f"{served}/track/")
    other.fill("#id_number", number)
    other.fill("#id_secret", secret)
    other.locator("main form:has(#id_secret) button").click()
    assert number in other.locator("main").inner_text()
    answer(entered(browser, served, EXECUTOR), served, number, "Засыпали щебнем, асфальт в июне")
    clara = entered(browser, served, APPROVER)
    clara.goto(f"{served}/desk/c/{number}/")
    press(clara, "approve")
    send(clara, "approve")
    other.reload()
    other.locator('input[name="answer_score"][value="4"]').check(force=True)
    other.locator('input[name="result_score"][value="5"]').check(force=True)
    other.locator("form[data-rate] button").click()
    expect(other.get_by_role("img", name="5 из 5").first).to_be_visible()


def test_one_comes_in_through_the_imitator_claims_a_message_and_links_a_way(
    browser: Browser, served: str
) -> None:
    told = reported(served, "roads-pothole", "Яма у остановки на улице Чехова", (59.23, 39.9))
    number, secret = re.findall(r"(\d{4}-\d{4})|код ([\w-]+)", told[0]["service_notice"])[:2]
    page = browser.new_context(viewport=PHONE, locale="ru-RU").new_page()
    page.goto(f"{served}/accounts/login/")
    page.get_by_role("button", name="Войти через Госуслуги").click()
    page.locator('button[name="person"]').first.click()
    page.wait_for_url(f"{served}/**")
    page.goto(f"{served}/cabinet/claim/")
    page.fill("#id_number", number[0])
    page.fill("#id_secret", secret[1])
    page.get_by_role("button", name="Добавить", exact=True).click()
    page.locator("main", has_text=number[0]).wait_for()
    anna = entered(browser, served, CITIZEN)
    anna.goto(f"{served}/cabinet/access/")
    anna.get_by_role("button", name="Привязать").first.click()
    anna.fill("#id_password", PASSWORD)  # who finds a cabinet open adds no way in of their own
    anna.locator("main form:has(#id_password) button").first.click()
    anna.locator('button[name="person"]').nth(1).click()
    anna.wait_for_url(f"{served}/cabinet/**")
    anna.goto(f"{served}/cabinet/access/")
    anna.get_by_role("button", name="Отвязать").first.wait_for()


@pytest.mark.parametrize(
    ("status", "said"), [(413, "Не отправилось"), (502, "Сообщение сохранено в телефоне")]
)
def test_a_failed_sending_is_told_and_nothing_is_lost(
    browser: Browser, served: str, status: int, said: str
) -> None:
    anna = browser.new_context(viewport=PHONE, locale="ru-RU").new_page()
    anna.goto(f"{served}/send/")
    anna.fill("#id_text", UNSURE)
    anna.locator('input[name="place_kind"][value="unknown"]').check(force=True)
    anna.locator('input[name="contact_kind"][value="none"]').check(force=True)
    anna.route("**/send/**", lambda route: route.fulfill(status=status, body="<h1>Bad</h1>"))
    anna.locator(".sendbar button").click()
    anna.locator("[data-state]", has_text=said).wait_for()
    kept = anna.input_value("#id_text"), anna.locator("[data-waits]").inner_text()
    assert any(UNSURE[:40] in each for each in kept)


def test_the_draft_ends_with_signing_out(browser: Browser, served: str) -> None:
    anna = entered(browser, served, CITIZEN)
    anna.goto(f"{served}/send/")
    anna.fill("#id_text", UNSURE)
    anna.locator("[data-state]", has_text="Черновик сохранён").wait_for()
    anna.reload()
    assert anna.input_value("#id_text") == UNSURE
    anna.goto(f"{served}/cabinet/")
    anna.locator("form[data-leave] button").click()
    anna.wait_for_load_state()
    anna.goto(f"{served}/send/")
    anna.locator("[data-send][data-ready]").wait_for()
    assert not anna.input_value("#id_text")


def test_a_place_that_nobody_knows_is_told_while_writing(browser: Browser, served: str) -> None:
    anna = browser.new_context(viewport=PHONE, locale="ru-RU").new_page()
    anna.goto(f"{served}/send/")
    anna.fill("#id_text", UNSURE)
    anna.fill("#id_address", "Москва, Тверская улица, 1")
    anna.locator("[data-nowhere]", has_text="Не нашли").wait_for()
    anna.fill("#id_address", "Вологда, улица Мира, 12")
    expect(anna.locator("[data-nowhere]")).to_be_empty()


def test_a_photo_chosen_at_the_last_moment_goes_too(browser: Browser, served: str) -> None:
    anna = entered(browser, served, CITIZEN)
    anna.add_init_script(
        """const real = createImageBitmap;
        window.createImageBitmap = (...said) =>
          new Promise((done) => { window.goOn = () => done(real(...said)); });"""
    )
    anna.goto(f"{served}/send/")
    anna.locator("[data-send][data-ready]").wait_for()
    anna.fill("#id_text", f"{UNSURE}, снимок в последний миг")
    anna.locator('input[name="place_kind"][value="unknown"]').check(force=True)
    anna.locator('input[name="contact_kind"][value="none"]').check(force=True)
    anna.set_input_files(
        "#id_photos", {"name": "yama.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    while not anna.evaluate("() => Boolean(window.goOn)"):
        anna.wait_for_timeout(100)
    with anna.expect_request(
        lambda asked: asked.method == "POST" and asked.url.endswith("/send/")
    ) as sent:
        anna.locator(".sendbar button").click()
        anna.locator("[data-send][data-sent]").wait_for()
        anna.evaluate("() => window.goOn()")
    assert "uploaded" in (sent.value.post_data or "")
    anna.locator("[data-number], #twins").first.wait_for()
