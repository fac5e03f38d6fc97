"""The site as an application of a phone, seen without a browser."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.staticfiles.finders import find
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from otklik.flow.intake import parts
from otklik.flow.intake.models import Attachment, Report
from otklik.ground.accounts.models import Person

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
SHELLS = ("/offline/", "/offline/send/")


def built(address: str) -> bytes:
    path = find(address.removeprefix("/static/"))
    assert path, address
    with open(str(path), "rb") as stream:  # noqa: PTH123
        return stream.read()


def test_the_manifest_installs(client: Client) -> None:
    page = client.get("/").content.decode()
    (address,) = re.findall(r'<link rel="manifest" href="([^"]+)"', page)
    answer = client.get(address)
    assert answer["Content-Type"] == "application/manifest+json"
    told = answer.json()
    assert told["name"] == "Отклик: Вологодская область"
    assert (told["display"], told["scope"]) == ("standalone", "/")
    assert told["share_target"]["params"]["files"][0]["name"] == "photos"
    assert client.get(told["start_url"]).status_code == 200
    for each in told["shortcuts"]:
        assert client.get(each["url"]).status_code in {200, 302}, each


def test_its_pictures_are_what_it_says(client: Client) -> None:
    icons = client.get("/app.webmanifest").json()["icons"]
    raster = [each for each in icons if each["type"] == "image/png"]
    for each in raster:
        with Image.open(io.BytesIO(built(each["src"]))) as picture:
            width, height = picture.size
            edge = picture.convert("RGBA").getpixel((0, 0))
        assert each["sizes"] == f"{width}x{height}", each
        whole = edge == (11, 95, 107, 255)  # a mask cuts the edge: colour must reach it
        assert whole == (each["purpose"] == "maskable"), each
    assert {(each["sizes"], each["purpose"]) for each in raster} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    for each in icons:
        if each["type"] == "image/svg+xml":
            assert built(each["src"]).startswith(b"<svg")


def test_the_worker_serves_from_the_root_what_was_built(client: Client) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"] == "text/javascript"
    assert "no-cache" in answer["Cache-Control"]
    told = re.search(r"files:(\[[^\]]+\])", answer.content.decode())
    assert told
    files = json.loads(told[1])
    assert {"site.js", "form.js", "main.css", "fonts/golos-cyrillic.woff2"} <= set(files)
    assert not [name for name in files if "maplibre" in name]
    assert sum(len(built(f"/static/build/{name}")) for name in files) < 400_000


def test_what_the_phone_keeps_is_nobodys(client: Client) -> None:
    anna = Person.objects.create(email="own@example.ru", phone="+79115001122", last_name="Петрова")
    for address in SHELLS:
        before = client.get(address).content
        client.force_login(anna)
        answer = client.get(address)
        client.logout()
        assert answer.content == before
        page = answer.content.decode()
        assert "own@example.ru" not in page
        assert "Петрова" not in page
    assert 'name="idempotency_key" value=""' in page


def photo(width: int = 640, height: int = 480, **more: Any) -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(stream, "JPEG", **more)
    return stream.getvalue()


TUS = {"Tus-Resumable": "1.0.0"}
OURS = {"Sec-Fetch-Site": "same-origin"}


def begun(client: Client, size: int, name: str = "яма.jpg") -> str:
    told = {"Upload-Length": str(size), "Upload-Metadata": f"filename {coded(name)}"}
    answer = client.post("/uploads/", headers={**TUS, **told})
    assert answer.status_code == 201
    return str(answer["Location"])


def coded(name: str) -> str:
    return base64.b64encode(name.encode()).decode()


def piece(client: Client, address: str, offset: int, content: bytes) -> Any:
    kind = "application/offset+octet-stream"
    told = {**TUS, "Upload-Offset": str(offset)}
    return client.patch(address, content, content_type=kind, headers=told)


def uploaded(client: Client, content: bytes) -> str:
    address = begun(client, len(content))
    assert piece(client, address, 0, content).status_code == 204
    return address.strip("/").rpartition("/")[2]


def message(**more: Any) -> dict[str, Any]:
    return {
        "text": "Во дворе яма, ходить опасно", "place_kind": "unknown", "contact_kind": "none",
        "idempotency_key": uuid.uuid4().hex, "who": "", **more,
    }  # fmt: skip


def test_a_file_in_pieces_goes_on_where_it_stopped(client: Client) -> None:
    content = photo()
    address = begun(client, len(content))
    assert piece(client, address, 0, content[:1000])["Upload-Offset"] == "1000"
    told = client.head(address, headers=TUS)
    assert (told["Upload-Offset"], told["Upload-Length"]) == ("1000", str(len(content)))
    again = piece(client, address, 0, content[:2000])  # another who did not know
    assert (again.status_code, again["Upload-Offset"]) == (409, "1000")
    beyond = piece(client, address, 1000, content[1000:] + b"more")
    assert beyond.status_code == 413
    token = address.strip("/").rpartition("/")[2]
    early = client.post("/send/", message(uploaded=token, twins_seen="1"))
    assert "Снимок дошёл не весь" in early.content.decode()
    assert piece(client, address, 1000, content[1000:])["Upload-Offset"] == str(len(content))
    sent = client.post("/send/", message(uploaded=token, twins_seen="1"))
    assert sent.status_code == 302
    kept = Attachment.objects.get()
    assert kept.name == "яма.jpg"
    assert kept.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "10"}, 412),  # says no version
        ({**TUS, "Upload-Length": "0"}, 400),
        ({**TUS, "Upload-Length": "-5"}, 400),
        ({**TUS, "Upload-Length": str(51 * 2**20)}, 413),
        ({**TUS, "Upload-Length": "10", "Upload-Metadata": "filename %%%"}, 400),
        ({**TUS, "Upload-Length": "10", "Sec-Fetch-Site": "cross-site"}, 403),
        ({**TUS, "Upload-Length": "10", "Origin": "https://evil.example"}, 403),
    ],
)
def test_no_room_is_made_for(client: Client, headers: dict[str, str], status: int) -> None:
    assert client.post("/uploads/", headers=headers).status_code == status


@pytest.mark.parametrize("token", ["..%2F..%2Fsecret_key", "a" * 32, "короткий"])
def test_a_token_that_was_not_given_opens_nothing(client: Client, token: str) -> None:
    assert client.head(f"/uploads/{token}/", headers=TUS).status_code == 404
    answer = client.post("/send/waiting/", message(uploaded=token), headers=OURS)
    assert answer.status_code == 410
    assert not Report.objects.exists()


def test_a_full_disk_takes_no_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SPARE", 2**60)
    answer = client.post("/uploads/", headers={**TUS, "Upload-Length": "10"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "600")


def test_what_nobody_sent_is_gone_after_a_day(client: Client) -> None:
    token = uploaded(client, b"x" * 10)
    parts.forget(timezone.now() + timedelta(hours=23))
    assert parts.part(token)
    parts.forget(timezone.now() + timedelta(hours=25))
    assert not parts.part(token)


def test_what_waited_in_a_phone_is_taken_once(client: Client) -> None:
    content = photo()
    waited = message(uploaded=uploaded(client, content))
    first = client.post("/send/waiting/", waited, headers=OURS)
    assert first.status_code == 201
    again = client.post("/send/waiting/", waited, headers=OURS)  # the answer was lost on its way
    assert again.json() == first.json()
    by_form = client.post("/send/", {**waited, "twins_seen": "1"})  # or the page sends it as well
    assert by_form["Location"] == first.json()["page"]
    report = Report.objects.get()
    assert report.attachments.count() == 1
    assert client.get(first.json()["page"]).status_code == 200


def test_what_is_wrong_with_it_is_told_in_words(client: Client) -> None:
    waited = message(contact_kind="email", email="анна")
    answer = client.post("/send/waiting/", waited, headers=OURS)
    assert answer.status_code == 422
    assert any("Проверьте адрес почты" in each for each in answer.json()["problems"])


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"},
                                     {"Origin": "https://evil.example"}])  # fmt: skip
def test_only_our_own_pages_send_what_waited(client: Client, headers: dict[str, str]) -> None:
    assert client.post("/send/waiting/", message(), headers=headers).status_code == 403
    assert not Report.objects.exists()


def test_another_person_does_not_send_it(client: Client) -> None:
    anna = Person.objects.create(email="anna-phone@example.ru")
    boris = Person.objects.create(email="boris-phone@example.ru")
    client.force_login(anna)
    (who,) = re.findall(r'data-who="(\w+)"', client.get("/send/").content.decode())
    waited = message(who=who)
    client.force_login(boris)
    assert client.post("/send/waiting/", waited, headers=OURS).status_code == 409
    client.logout()
    assert client.post("/send/waiting/", waited, headers=OURS).status_code == 409
    client.force_login(anna)
    assert client.post("/send/waiting/", waited, headers=OURS).status_code == 201
    assert Report.objects.get().author == anna


def test_a_guests_stays_a_guests_whoever_signs_in_meanwhile(client: Client) -> None:
    client.force_login(Person.objects.create(email="boris-phone@example.ru"))
    assert client.post("/send/waiting/", message(), headers=OURS).status_code == 201
    assert Report.objects.get().author is None


def test_what_is_shared_opens_the_form_and_sends_nothing(client: Client) -> None:
    shared = SimpleUploadedFile("yama.jpg", photo(), "image/jpeg")
    told = {"title": "Яма", "text": "Яма у дома 12", "url": "", "photos": shared}
    page = client.post("/share/", told).content.decode()
    assert "Яма\nЯма у дома 12</textarea>" in page
    assert "Уже приложено: yama.jpg" in page
    assert not Report.objects.exists()
