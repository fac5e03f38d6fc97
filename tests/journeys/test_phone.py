"""The site as an application of a phone, seen without a browser."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.staticfiles.finders import find
from PIL import Image

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
