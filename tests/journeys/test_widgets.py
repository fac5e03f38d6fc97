"""A widget from its making at the desk to a message sent from a town's page."""

from __future__ import annotations

import re
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.channels.widgets.commands import check_page
from otklik.flow.channels.widgets.models import Widget, WidgetPage, WidgetReport
from otklik.flow.intake.models import Report
from otklik.journal.reading import about
from otklik.participation.surveys import commands as surveys
from otklik.participation.surveys.rules import Asked
from tests.cast import anna_writes, bound, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
SAID = {
    "title": "На главной", "organisation": "adm-vologda-city", "kind": "form", "slogan": "",
    "text": "", "button": "", "theme": "light", "language": "ru", "source": "site",
    "origins": "https://vologda-portal.example\nhttp://127.0.0.1", "legacy": "233059",
    "active": "on",
}  # fmt: skip
WORDS = {
    "text": "На улице Мира у дома 12 большая яма на проезжей части", "place_kind": "address",
    "address": "Вологда, улица Мира, 12", "contact_kind": "none", "topic": "roads-pothole",
}  # fmt: skip
HERE: dict[str, Any] = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}


def made(**more: Any) -> Widget:
    """Let the city's administrator make a widget at the desk."""
    zhanna = signed_in(accounts.official(accounts.LOCAL_ADMIN))
    answer = zhanna.post("/desk/widgets/new/", {**SAID, **more})
    assert answer.status_code == 302, answer.content.decode()
    return Widget.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2])


def mark_in(page: Answer) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def test_a_widget_is_made_shown_and_sends_a_message_without_any_cookie() -> None:
    widget = made()
    town = Client(enforce_csrf_checks=True)
    page = town.get(f"/w/{widget.token}/")
    assert (
        "frame-ancestors 'self' https://vologda-portal.example http://127.0.0.1"
        in (page["Content-Security-Policy"])
    )
    assert not page.has_header("X-Frame-Options")
    values = {**WORDS, "mark": mark_in(page), "idempotency_key": "w-1",
              "site": "https://vologda-portal.example/news"}  # fmt: skip
    answer = town.post(f"/w/{widget.token}/send/", values, **HERE)
    again = town.post(f"/w/{widget.token}/send/", values, **HERE)
    assert answer.status_code == again.status_code == 302
    told = Client().get(answer["Location"])
    (report,) = Report.objects.filter(channel="widget")
    assert report.spoken in told.content.decode()
    assert not town.cookies
    noted = WidgetReport.objects.get(report=report)
    assert (noted.widget, noted.site) == (widget, "https://vologda-portal.example")
    assert [e.kind for e in about(f"report:{report.number}")].count("widget.used") == 1
    assert (
        ">1<"
        in signed_in(accounts.official(accounts.LOCAL_ADMIN)).get("/desk/widgets/").content.decode()
    )


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_ORIGIN": "https://evil.example", "HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "cross-site"},
    ],
)
def test_another_site_cannot_send_for_a_visitor_and_nothing_typed_is_lost(
    more: dict[str, Any],
) -> None:
    widget = made()
    mark = mark_in(Client().get(f"/w/{widget.token}/send/"))
    answer = Client().post(f"/w/{widget.token}/send/", {**WORDS, "mark": mark}, **more)
    assert answer.status_code == 403
    assert WORDS["text"] in answer.content.decode()
    assert "Форма устарела" in answer.content.decode()
    assert not Report.objects.exists()


def test_bad_input_is_said_beside_its_field() -> None:
    widget = made()
    mark = mark_in(Client().get(f"/w/{widget.token}/send/"))
    answer = Client().post(f"/w/{widget.token}/send/", {**WORDS, "text": "", "mark": mark}, **HERE)
    assert answer.status_code == 422
    assert 'href="#id_text"' in answer.content.decode()
    assert WORDS["address"] in answer.content.decode()
    old = Client().post(f"/w/{widget.token}/send/", {**WORDS, "mark": "forged"}, **HERE)
    assert old.status_code == 403


def test_a_number_is_asked_about_and_a_wrong_code_tells_nothing() -> None:
    from otklik.flow.intake.commands import secret_of  # noqa: PLC0415

    receipt = anna_writes()
    widget = made(kind="status")
    mark = mark_in(Client().get(f"/w/{widget.token}/"))
    asked = {"number": receipt.number, "secret": secret_of(receipt.number), "mark": mark}
    found = Client().post(f"/w/{widget.token}/status/", asked, **HERE)
    assert "data-found" in found.content.decode()
    wrong = Client().post(f"/w/{widget.token}/status/", {**asked, "secret": "AAAA-AAAA"}, **HERE)
    assert wrong.status_code == 422
    assert "data-found" not in wrong.content.decode()


@pytest.mark.parametrize("kind", ["button", "banner", "form", "map", "status", "counter"])
def test_every_kind_opens_in_both_languages(kind: str) -> None:
    for language, words in (("ru", "ообщ"), ("en", "e")):
        widget = made(kind=kind, language=language, legacy="")
        page = Client().get(f"/w/{widget.token}/")
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.content.decode()
        assert words in page.content.decode()


def test_a_poll_leads_from_another_site_to_what_its_body_asks_now() -> None:
    now, by = timezone.now(), bound("vote_organiser", home="adm-vologda-city")
    day = timedelta(days=1)
    widget = made(kind="poll", legacy="", button="")
    quiet = Client().get(f"/w/{widget.token}/").content.decode()
    assert "Сейчас ничего не спрашиваем" in quiet
    draft = surveys.Draft("Как вам двор?", now - day, now + day)
    asked = surveys.draft_survey(draft, by=by, now=now - 2 * day)
    one = Asked("", "single", 1, "Нравится?", required=True, options=("Да", "Нет"))
    surveys.ask(asked.pk, one, by=by, now=now - 2 * day)
    surveys.announce_survey(asked.pk, by=by, now=now - 2 * day)
    shown = Client().get(f"/w/{widget.token}/").content.decode()
    assert "Как вам двор?" in shown
    assert f'href="/surveys/{asked.slug}/" target="_blank"' in shown
    other = made(kind="poll", legacy="", topics=["roads"])
    assert "Как вам двор?" not in Client().get(f"/w/{other.token}/").content.decode()


def test_a_widget_offers_only_its_topics_and_only_its_organisation_s_messages() -> None:
    widget = made(topics=["roads"], kind="map")
    form = Client().get(f"/w/{widget.token}/send/").content.decode()
    assert 'value="roads-pothole"' in form
    assert 'value="waste-not-collected"' not in form
    assert Client().get(f"/w/{widget.token}/points.geojson").json()["features"] == []


def test_old_code_finds_the_widget_that_took_its_number() -> None:
    widget = made()
    answer = Client().get("/w/legacy/233059/")
    assert answer["Location"] == f"/w/{widget.token}/send/"
    assert Client().get("/w/legacy/1/").status_code == 404


def test_scripts_for_other_sites_are_small_and_open_to_all() -> None:
    for address in ("/w.js", "/bin/script.min.js"):
        answer = Client().get(address, headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer["Content-Type"].startswith("text/javascript")
        assert len(answer.content) < 10_000


def test_what_cannot_be_kept_comes_back_with_words() -> None:
    made()
    zhanna = signed_in(accounts.official(accounts.LOCAL_ADMIN))
    answer = zhanna.post(
        "/desk/widgets/new/",
        {**SAID, "title": "", "origins": "gorod.ru", "kind": "poster", "text": "о" * 301},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Назовите виджет", "Не адрес сайта: gorod.ru", "Выберите из списка",
                  "Не больше 300 знаков", "Этот номер занят"):  # fmt: skip
        assert words in page
    assert "о" * 301 in page
    assert Widget.objects.count() == 1


def test_an_administrator_sees_no_widget_of_another_body() -> None:
    widget = made()
    Widget.objects.filter(pk=widget.pk).update(organisation=_other())
    zhanna = signed_in(accounts.official(accounts.LOCAL_ADMIN))
    assert zhanna.get(f"/desk/widgets/{widget.pk}/").status_code == 404
    assert zhanna.post(f"/desk/widgets/{widget.pk}/pages/", {"pages": ""}).status_code == 404
    everywhere = signed_in(accounts.official(accounts.ADMINISTRATOR))
    assert everywhere.get(f"/desk/widgets/{widget.pk}/").status_code == 200


def _other() -> Any:
    from otklik.ground.organisations.queries import organisations  # noqa: PLC0415

    return organisations()["adm-cherepovets-city"]


class Town(BaseHTTPRequestHandler):
    html, policy = "", ""

    def do_GET(self) -> None:
        self.send_response({"/": 200, "/old": 301}.get(self.path, 500))
        if Town.policy:
            self.send_header("Content-Security-Policy", Town.policy)
        self.end_headers()
        self.wfile.write(Town.html.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def town(settings: Any) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Town)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.HTTP_INNER_HOSTS = ["127.0.0.1"]
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.enable_socket
def test_pages_are_visited_and_what_is_wrong_there_is_said(town: str) -> None:
    widget = made(origins="")
    zhanna = signed_in(accounts.official(accounts.LOCAL_ADMIN))
    bad = zhanna.post(f"/desk/widgets/{widget.pk}/pages/", {"pages": "не адрес"})
    assert bad.status_code == 422
    assert "Не адрес страницы" in bad.content.decode()
    answer = zhanna.post(
        f"/desk/widgets/{widget.pk}/pages/", {"pages": f"{town}/\n{town}/gone\n{town}/old"}
    )
    assert answer.status_code == 302
    pasted = "<p>" + "а" * 400_000  # what sites put before it
    code = f'src="https://ours.example/w.js" data-widget="{widget.token}"'
    Town.html = f"{pasted}<script async {code}></script>"
    Town.policy = "frame-src 'none'"
    for page in WidgetPage.objects.all():
        check_page(page.pk, ours="https://ours.example", now=timezone.now())
    shown = zhanna.get(f"/desk/widgets/{widget.pk}/").content.decode()
    assert "на 0 из 3 страниц" in shown
    assert "страница переехала" in shown
    assert "страница не открылась" in shown
    assert "не пускают нашу рамку" in shown
    Town.policy = ""
    for page in WidgetPage.objects.all():
        check_page(page.pk, ours="https://ours.example", now=timezone.now() + timedelta(hours=1))
    assert "на 1 из 3 страниц" in zhanna.get(f"/desk/widgets/{widget.pk}/").content.decode()


def test_the_visitor_of_pages_never_reaches_inner_machines() -> None:
    widget = made(origins="")
    page = WidgetPage.objects.create(region=widget.region, widget=widget, url="http://127.0.0.1:1/")
    checked = check_page(page.pk, ours="https://ours.example", now=timezone.now())
    assert checked
    assert checked.faults == ["unreachable"]
