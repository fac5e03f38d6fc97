"""Bad input gets a clear Russian message beside its field, and nothing typed is lost."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import ExifTags, Image

from otklik.flow.intake.commands import copy
from otklik.flow.intake.models import Attachment, Report
from otklik.flow.triage.commands import decide
from tests.cast import signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


def form(**more: Any) -> dict[str, Any]:
    return {
        "text": "Во дворе яма, ходить опасно", "topic": "", "place_kind": "unknown",
        "contact_kind": "none", "idempotency_key": uuid.uuid4().hex, "twins_seen": "1", **more,
    }  # fmt: skip


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * (300 * 2**20))
    return stream.getvalue()


def picture(width: int, height: int) -> bytes:
    stream = io.BytesIO()
    Image.new("1", (width, height)).save(stream, "PNG")
    return stream.getvalue()


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "empty": ({"text": "  "}, "Напишите, что случилось"),
    "megabyte": ({"text": "яма " * 260_000}, "Текст длиннее 10000 знаков"),
    "broken letters": ({"text": "яма \ufffd\ufffd"}, "Часть букв не прочиталась"),
    "no pin": ({"place_kind": "pin", "lat": "север", "lon": "1"}, "Точка на карте не определилась"),
    "outside": ({"place_kind": "pin", "lat": "55.75", "lon": "37.61"}, "Точка за границей"),
    "no address": ({"place_kind": "address"}, "Напишите адрес"),
    "e-mail": ({"contact_kind": "email", "email": "анна"}, "Проверьте адрес почты"),
    "no e-mail": ({"contact_kind": "email", "email": ""}, "Напишите почту или выберите «Не нужно»"),
    "no phone": (
        {"contact_kind": "phone", "phone": " "},
        "Напишите телефон или выберите «Не нужно»",
    ),
    "phone": ({"contact_kind": "phone", "phone": "12"}, "Проверьте телефон"),
}


@pytest.mark.parametrize("name", BAD)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(client: Client, name: str) -> None:
    more, said = BAD[name]
    answer = client.post("/send/", form(address="Вологда, Мира" if "text" in more else "", **more))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    typed = more.get("text", "Во дворе яма, ходить опасно").strip()
    assert typed[:40] in page
    assert Report.objects.count() == 0


FILES = {
    "executable": ("photo.jpg", b"MZ" + b"\0" * 500, "такие файлы не принимаем"),
    "damaged": ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 400, "снимок не открывается"),
    "100 megapixels": ("photo.png", picture(10_000, 10_000), "мегапикселей"),
    "zip bomb": ("letter.docx", bomb(), "слишком много данных"),
    "nothing": ("photo.jpg", b"", "пустой"),
}


@pytest.mark.parametrize("name", FILES)
def test_it_judges_files_by_content(client: Client, name: str) -> None:
    file_name, content, said = FILES[name]
    answer = client.post("/send/", form(photos=SimpleUploadedFile(file_name, content)))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Report.objects.count() == 0


def test_it_refuses_twenty_files(client: Client) -> None:
    files = [SimpleUploadedFile(f"{n}.png", picture(9, 9)) for n in range(20)]
    answer = client.post("/send/", form(photos=files))
    assert "Файлов 20, а можно до 10" in answer.content.decode()


def test_the_public_copy_of_a_photo_tells_neither_place_nor_camera(client: Client) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "Phone 7"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (59.0, 13.0, 14.5)
    stream = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(stream, "JPEG", exif=exif)
    taken = stream.getvalue()
    assert b"Phone 7" in taken
    photo = SimpleUploadedFile("yama.jpg", taken, "image/jpeg")
    said = form(photos=photo, public="on", topic="roads-pothole", place_kind="address",
                address="Вологда, улица Мира, 12")  # fmt: skip
    assert client.post("/send/", said).status_code == 302
    kept, anybody = Attachment.objects.get(), signed_in(None)
    decide(kept.report_id, now=timezone.now())
    copy(kept.pk)
    for variant in ("public", "thumbnail"):
        answer = anybody.get(f"/files/{kept.token}/{variant}")
        content = b"".join(answer)
        with Image.open(io.BytesIO(content)) as shown:
            assert shown.format == "JPEG"
            assert not shown.getexif()
            assert not shown.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        assert b"Phone 7" not in content
        assert b"Exif" not in content
    assert anybody.get(f"/files/{kept.token}/original").status_code == 404


def test_html_is_only_text(client: Client) -> None:
    text = "<script>alert(1)</script> яма во дворе"
    sent = client.post("/send/", form(text=text))
    page = client.get(f"/m/{sent.url.split('/')[2]}/").content.decode()  # type: ignore[attr-defined]
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_repeated_key_is_one_message(client: Client) -> None:
    twice = form()
    first, again = client.post("/send/", twice), client.post("/send/", twice)
    assert first["Location"] == again["Location"]
    assert Report.objects.count() == 1


def test_an_expired_form_keeps_all_and_can_be_sent_again() -> None:
    from django.test import Client as Strict  # noqa: PLC0415

    strict = Strict(enforce_csrf_checks=True)
    answer = strict.post("/send/", form(text="Долго писала про яму во дворе"))
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Форма устарела" in page
    assert "Долго писала про яму во дворе" in page


def test_a_strangers_message_does_not_exist(client: Client) -> None:
    sent = client.post("/send/", form())
    number = sent["Location"].split("/")[2]
    client.cookies.clear()
    assert client.get(f"/sent/{number}/").status_code == 404
    wrong = client.post("/track/", {"number": number, "secret": "AAAA-AAAA"})
    assert wrong.status_code == 422


def test_a_draft_with_a_used_key_brings_its_new_words_all_the_same(client: Client) -> None:
    client.post("/send/", form(idempotency_key="kept"))
    client.post("/send/", form(idempotency_key="kept", text="Прорвало трубу, заливает подвал"))
    client.post("/send/", form(idempotency_key="kept"))
    texts = [report.text for report in Report.objects.order_by("pk")]
    assert texts == ["Во дворе яма, ходить опасно", "Прорвало трубу, заливает подвал"]
