"""The phone's application in a real browser: installed, with no network, amid a photo."""

from __future__ import annotations

import base64
import io
import json
import os
import secrets
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import expect

from otklik.demo.accounts import CITIZEN, MODERATOR, PASSWORD
from tests.browser.conftest import FLAGS, PATIENCE, until
from tests.browser.test_journey import PHONE, UNSURE, entered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

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


def test_a_wrong_contact_is_told_at_once_and_the_topic_is_seen_to_be_sought(
    browser: Browser, served: str
) -> None:
    page = browser.new_page(locale="ru-RU", viewport=PHONE)
    sent: list[str] = []
    held: list[Route] = []
    page.on("request", lambda asked: sent.append(f"{asked.method} {asked.url}"))
    page.route("**/api/suggest", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(f"{served}/send/")
    page.fill("#id_text", UNSURE)
    seeking = page.get_by_text("Подбираем тему…")
    seeking.wait_for()
    page.fill("#id_email", "анна@")
    page.locator("#id_email").blur()
    told = page.locator("#email_error")
    expect(told).to_have_text("Проверьте адрес почты: например, anna@example.ru")
    page.locator(".sendbar button").click()
    expect(page.locator("#id_email")).to_be_focused()
    page.fill("#id_email", "анна@example.ru")
    expect(told).to_be_empty()
    page.fill("#id_email", "")
    page.locator(".sendbar button").click()
    expect(told).to_have_text("Напишите почту или выберите «Не нужно»")
    assert f"POST {served}/send/" not in sent
    for each in held:
        each.continue_()
    expect(seeking).to_have_count(0)
    page.close()


def test_the_menu_of_a_phone_closes_by_its_cross(browser: Browser, served: str) -> None:
    page = browser.new_page(locale="ru-RU", viewport=PHONE)
    page.goto(f"{served}/")
    page.locator(".tool--menu").click()
    page.get_by_role("button", name="Закрыть меню").click()
    expect(page.locator("#menu")).to_be_hidden()
    page.locator(".tool--menu").click()
    page.locator("#menu").get_by_role("link", name="Участие").click()
    expect(page.locator("main h1")).to_have_text("Участие")
    page.locator("main .rows a").first.click()
    expect(page.locator("#menu a[aria-current]")).to_have_text("Участие")
    page.close()


def camera(width: int = 3600, height: int = 2700) -> bytes:
    """Return a photo as a phone's camera makes it: large, with the place and the time inside."""
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "Phone 7"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (59.0, 13.0, 14.5)
    stream = io.BytesIO()
    noise = Image.effect_noise((width // 4, height // 4), 90).resize((width, height))
    noise.convert("RGB").save(stream, "JPEG", quality=90, exif=exif)
    return stream.getvalue()


def write(page: Page, served: str, text: str, photo: bytes) -> None:
    page.goto(f"{served}/send/")
    page.locator("[data-send][data-ready]").wait_for()
    page.fill("#id_text", text)
    page.locator('input[name="place_kind"][value="unknown"]').check(force=True)
    page.locator('input[name="contact_kind"][value="none"]').check(force=True)
    page.set_input_files(
        "#id_photos", {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    page.locator("[data-photos] img").wait_for()


def test_a_message_written_with_no_network_goes_by_itself_and_once(
    telephone: BrowserContext, served: str
) -> None:
    page = opened(telephone, f"{served}/")
    telephone.set_offline(True)
    write(page, served, f"{UNSURE}, и без сети", camera())
    page.reload()  # a draft keeps its photos too
    page.locator("[data-photos] img").wait_for()
    page.locator(".sendbar button").click()
    page.locator("[data-state]", has_text="сохранено в телефоне").wait_for()
    expect(page.locator("[data-waits]")).to_contain_text("Ждёт сети")
    assert not page.input_value("#id_text")
    expect(page.locator("[data-guess] > *")).to_have_count(0)
    page.goto(f"{served}/messages/")
    expect(page.locator("[data-waiting-rows] li")).to_have_count(1)

    (waiting,) = found(page)
    with Image.open(io.BytesIO(base64.b64decode(waiting["photo"]))) as picture:
        assert max(picture.size) == 2560  # as the region's limits say
        assert not picture.getexif()

    telephone.set_offline(False)
    page.locator("[data-waits-number]").click()
    told = page.locator("[data-number]").inner_text()
    page.goto(f"{served}/")
    expect(page.locator("[data-waits]")).to_be_hidden()
    page.goto(f"{served}/m/{told}/")
    expect(page.locator("main")).to_contain_text("и без сети")


def test_the_network_goes_amid_a_photo_and_the_message_arrives_once(
    telephone: BrowserContext, browser: Browser, served: str
) -> None:
    page = opened(telephone, f"{served}/")
    mark = str(secrets.randbelow(90_000) + 10_000)
    text = f"{UNSURE}, опора {mark}"
    write(page, served, text, camera())
    line = telephone.new_cdp_session(page)
    thin = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    line.send("Network.emulateNetworkConditions", {"offline": False, **thin})
    page.locator(".sendbar button").click()
    while not 5 < page.evaluate("document.querySelector('[data-progress]').value") < 95:
        page.wait_for_timeout(50)
    telephone.set_offline(True)  # nothing new begins, the worker's neither
    line.send("Network.emulateNetworkConditions", {"offline": True, **thin})  # what goes breaks
    page.locator("[data-state]", has_text="сохранено в телефоне").wait_for()
    expect(page.locator("[data-waits]")).to_contain_text("Ждёт сети")
    line.detach()
    telephone.set_offline(False)
    page.locator("[data-waits-number]").wait_for()
    expect(page.locator("[data-state]")).to_be_empty()  # it is no longer kept here
    page.locator("[data-waits-number]").click()
    number = page.locator("[data-number]").inner_text()
    desk = entered(browser, served, MODERATOR)
    desk.goto(f"{served}/desk/?q={mark}")
    rows = desk.locator("[data-row]")
    until(rows.count, desk, served)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(number)
    rows.locator("a").first.click()
    expect(desk.locator(".gallery img")).to_have_count(1)


def test_the_browser_wakes_the_worker_when_no_page_is_open(
    telephone: BrowserContext, served: str
) -> None:
    page = opened(telephone, f"{served}/")
    telephone.set_offline(True)
    write(page, served, f"{UNSURE}, страница закрыта", camera(800, 600))
    page.locator(".sendbar button").click()
    page.locator("[data-state]", has_text="сохранено в телефоне").wait_for()
    page.close()
    other = telephone.new_page()
    telephone.set_offline(False)  # the browser itself fires «sync»
    other.goto(f"{served}/app.webmanifest")  # no script of ours runs here
    while not (waiting := found(other)) or waiting[0]["state"] != "sent":
        other.wait_for_timeout(300)
    assert len(waiting) == 1


def found(page: Page) -> list[dict[str, Any]]:
    """Return what lies in the phone: the state of each message, and its first photo."""
    rows: list[dict[str, Any]] = page.evaluate("""async () => {
      const rows = await new Promise((done, failed) => {
        const opening = indexedDB.open("otklik-waiting");
        opening.onerror = failed;
        opening.onsuccess = () => {
          const all = opening.result.transaction("messages").objectStore("messages").getAll();
          all.onsuccess = () => done(all.result);
        };
      });
      const read = (blob) => new Promise((done) => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result.split(",")[1]);
        reader.readAsDataURL(blob);
      });
      return Promise.all(rows.map(async ({ state, photos }) =>
        ({ state, photo: photos.length ? await read(photos[0].blob) : "" })));
    }""")
    return rows


def test_what_the_server_refuses_is_mended(telephone: BrowserContext, served: str) -> None:
    page = opened(telephone, f"{served}/")
    telephone.set_offline(True)
    write(page, served, f"{UNSURE}, телефон", camera(800, 600))
    page.locator('input[name="contact_kind"][value="phone"]').check(force=True)
    page.fill("#id_phone", "12")
    page.locator(".sendbar button").click()
    page.locator("[data-state]", has_text="сохранено в телефоне").wait_for()
    telephone.set_offline(False)
    expect(page.locator("[data-waits]")).to_contain_text("Проверьте телефон")
    page.locator("[data-waits] a", has_text="Исправить").click()
    page.locator("[data-photos] img").wait_for()
    assert page.input_value("#id_text") == f"{UNSURE}, телефон"
    page.fill("#id_phone", "+7 921 000-00-00")
    page.locator(".sendbar button").click()
    page.locator("[data-number], #twins").first.wait_for()


def test_signing_out_leaves_nothing_in_the_phone(telephone: BrowserContext, served: str) -> None:
    page = opened(telephone, f"{served}/accounts/login/")
    page.fill("#id_login", CITIZEN.email)
    page.fill("#id_password", PASSWORD)
    page.locator("form.card button").click()
    page.wait_for_url(lambda url: "login" not in url)
    telephone.set_offline(True)
    write(page, served, f"{UNSURE}, выход", camera(800, 600))
    page.locator('input[name="contact_kind"][value="phone"]').check(force=True)
    page.fill("#id_phone", "12")  # so that it is refused and stays
    page.locator(".sendbar button").click()
    page.locator("[data-state]", has_text="сохранено в телефоне").wait_for()
    telephone.set_offline(False)
    expect(page.locator("[data-waits]")).to_contain_text("Не принято")
    page.goto(f"{served}/cabinet/")
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", agree)
    page.locator("form[data-leave] button").click()
    page.wait_for_url(f"{served}/")
    assert "Выйти и удалить" in asked[0]
    assert found(page) == []


SHARE = """async ([text, photo]) => {
  const bytes = Uint8Array.from(atob(photo), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], "gallery.jpg", { type: "image/jpeg" }));
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/share/", enctype: "multipart/form-data" });
  const words = document.createElement("input");
  Object.assign(words, { name: "text", value: text });
  const photos = document.createElement("input");
  Object.assign(photos, { name: "photos", type: "file", files: files.files });
  form.append(words, photos);
  document.body.append(form);
  form.submit();
}"""
"""What a phone does when a photo is shared into the application."""


def test_a_photo_shared_from_another_application_opens_the_form(
    telephone: BrowserContext, served: str
) -> None:
    page = opened(telephone, f"{served}/")
    telephone.set_offline(True)  # the worker alone answers it
    page.evaluate(SHARE, [UNSURE, base64.b64encode(camera(3000, 1000)).decode()])
    page.locator("[data-send][data-ready]").wait_for()
    expect(page.locator("#id_text")).to_have_value(UNSURE)
    size = "each => new Promise(done => each.onload = () => done(each.naturalWidth))"
    photo = page.locator("[data-photos] img")
    photo.wait_for()
    assert photo.evaluate(f"each => each.complete ? each.naturalWidth : ({size})(each)") == 2560
    expect(page.locator("[data-camera]")).to_be_visible()
    assert page.get_attribute("[data-camera] input", "capture") == "environment"


def test_the_phone_tells_the_place_where_no_map_opens(
    telephone: BrowserContext, served: str
) -> None:
    page = opened(telephone, f"{served}/track/")  # a map once opened is kept
    telephone.grant_permissions(["geolocation"], origin=served)
    telephone.set_geolocation({"latitude": 59.2205, "longitude": 39.8915})
    telephone.set_offline(True)
    page.goto(f"{served}/send/")
    page.locator("[data-send][data-ready]").wait_for()
    page.locator('input[name="place_kind"][value="pin"]').check(force=True)
    page.locator("[data-pin-cover]", has_text="Карта не открылась").wait_for()
    page.locator("[data-pin-here]").click()
    expect(page.locator("[data-pin-said]")).to_contain_text("Место выбрано")
    assert page.input_value("[name=lat]") == "59.220500"


def test_a_notice_comes_up_and_opens_its_page(telephone: BrowserContext, served: str) -> None:
    page = opened(telephone, f"{served}/")
    telephone.grant_permissions(["notifications"], origin=served)
    tools = telephone.new_cdp_session(page)
    known: list[dict[str, Any]] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda e: known.extend(e["registrations"]))
    tools.send("ServiceWorker.enable")
    while not known:
        page.wait_for_timeout(100)
    notice = {"title": "Отклик", "body": "№ 4821-3097: есть ответ", "page": "/m/4821-3097/",
              "tag": "4821-3097", "unread": 2}  # fmt: skip
    told = {"origin": served, "registrationId": known[0]["registrationId"],
            "data": json.dumps(notice)}  # fmt: skip
    tools.send("ServiceWorker.deliverPushMessage", told)
    shown = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
      .map(({ title, body, data }) => [title, body, data])"""
    while not (found := page.evaluate(shown)):
        page.wait_for_timeout(100)
    assert found == [["Отклик", "№ 4821-3097: есть ответ", "/m/4821-3097/"]]
