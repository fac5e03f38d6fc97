"""Findings of monitoring services: a file looked at before it is taken, a signed request."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from otklik.flow.cases import commands as cases
from otklik.flow.channels.social.models import Feed, Mention
from otklik.ground.territories.models import Region
from tests.cast import boris, bound, clara, elena, signed_in
from tests.journeys.test_social import confirmed

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
HEAD = ["Дата", "Источник", "Текст", "Ссылка", "Населённый пункт"]
ROWS = [
    ["24.11.2026 10:15", "ВКонтакте", "Не горит фонарь у подъезда на Мира 12",
     "https://vk.com/wall-1_2", "Вологда"],
    ["24.11.2026", "Телеграм", "Не вывозят мусор вторую неделю", "https://t.me/d/5", "Череповец"],
    ["вчера", "", "Яма", "https://vk.com/wall-1_3", ""],
    ["", "", "", "https://vk.com/wall-1_4", ""],
    ["24.11.2026", "", "Тоже яма", "не ссылка", ""],
]  # fmt: skip


def as_csv(encoding: str = "utf-8-sig", delimiter: str = ";") -> bytes:
    return "\n".join(delimiter.join(row) for row in [HEAD, *ROWS]).encode(encoding)


def as_xlsx() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEAD, *ROWS]):
            sheet.write_row(number, 0, row)
    return stream.getvalue()


def looked(browser: Client, content: bytes, name: str = "export.csv") -> str:
    answer = browser.post("/desk/social/load/", {"file": SimpleUploadedFile(name, content)})
    return str(answer.content.decode())


def taken(browser: Client, page: str) -> None:
    found = re.search(r'name="rows" value="([^"]+)"', page)
    assert found is not None
    assert browser.post("/desk/social/load/", {"rows": found[1]}).status_code == 302


@pytest.mark.parametrize(
    "content",
    [as_csv(), as_csv("cp1251"), as_csv(delimiter="\t"), as_xlsx()],
    ids=["utf-8", "cp1251", "tabs", "xlsx"],
)
def test_a_file_is_looked_at_then_taken_once(content: bytes) -> None:
    browser = signed_in(elena())
    page = looked(browser, content)
    assert "новых: 2" in page
    for words in ("строка 4: дата «вчера»", "строка 5: нет текста", "строка 6: ссылка"):
        assert words in page, words
    assert not Mention.objects.exists()
    taken(browser, page)
    lamp, waste = Mention.objects.order_by("written_at", "pk").reverse()
    assert (lamp.network, lamp.link) == ("vk", "https://vk.com/wall-1_2")
    assert lamp.territory is not None
    assert lamp.territory.code == "vologda-city"
    assert waste.network == "telegram"
    assert timezone.localtime(lamp.written_at).strftime("%d.%m %H:%M") == "24.11 10:15"
    taken(browser, page)  # pressed again
    again = looked(browser, content)
    assert "уже есть: 2" in again
    assert 'name="rows"' not in again
    assert Mention.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "нет строк"), (b"\x00;\x00\n1;2", "не таблица"), (b"PK\x03\x04", "не открывается"),
        ("Текст;Дата\n".encode(), "нет строк"),
        (("Текст;Дата\n" + "яма;24.11.2026\n" * 501).encode(), "до 500"),
    ],
    ids=["empty", "binary", "zip", "head", "long"],
)  # fmt: skip
def test_what_is_no_table_is_said(content: bytes, words: str) -> None:
    assert words in looked(signed_in(elena()), content or b" ")


def test_nobody_takes_what_another_looked_at_or_forged() -> None:
    page = looked(signed_in(elena()), as_csv())
    found = re.search(r'name="rows" value="([^"]+)"', page)
    assert found is not None
    other = signed_in(bound("moderator"))
    assert other.post("/desk/social/load/", {"rows": found[1]}).status_code == 422
    forged = signed_in(elena()).post("/desk/social/load/", {"rows": found[1][:-2] + "xx"})
    assert forged.status_code == 422
    assert signed_in(boris()).get("/desk/social/load/").status_code == 403
    assert not Mention.objects.exists()


def post(client: Client, feed: Feed, body: bytes, secret: str = "") -> Any:
    signature = hmac.new((secret or feed.secret).encode(), body, hashlib.sha256).hexdigest()
    return client.post(
        f"/hooks/monitoring/{feed.address}/", body, content_type="application/json",
        headers={"X-Otklik-Signature": signature},
    )  # fmt: skip


def test_a_service_sends_findings_itself_and_the_reply_is_placed_by_hand(client: Client) -> None:
    feed = Feed.objects.create(region=Region.objects.get(code="vologda"), title="Мониторинг")
    items = [
        {"text": "Не горит фонарь у подъезда", "link": "https://ok.ru/t/1",
         "date": "2026-11-24T10:15:00+03:00"},
        {"link": "https://ok.ru/t/2"}, "мусор",
    ]  # fmt: skip
    body = json.dumps({"items": items}).encode()
    assert post(client, feed, body, "чужой ключ").status_code == 403
    told = post(client, feed, body).json()
    assert (told["taken"], told["known"]) == (1, 0)
    assert [each["line"] for each in told["errors"]] == [3, 4]
    assert post(client, feed, body).json()["known"] == 1
    assert post(client, feed, b"[]").status_code == 400
    mention = Mention.objects.get()
    assert mention.network == "ok"
    case = confirmed(mention)
    now = timezone.now()
    cases.submit_answer(case.number, text="Фонарь заменили вчера, теперь светит ровно",
                        result="explained", by=boris(), now=now)  # fmt: skip
    cases.approve_answer(case.number, by=clara(), now=now)
    browser = signed_in(elena())
    assert "разместите там сами" in browser.get("/desk/social/?state=confirmed").content.decode()
    where = f"/desk/social/{mention.pk}/replied/"
    assert browser.post(where, {"link": "готово"}).status_code == 422
    assert browser.post(where, {"link": "https://ok.ru/t/1?reply=5"}).status_code == 302
    page = browser.get("/desk/social/?state=confirmed").content.decode()
    assert "https://ok.ru/t/1?reply=5" in page
    assert "разместите там сами" not in page
    Feed.objects.update(active=False)
    assert post(client, feed, body).status_code == 404
