"""GeoReport v2 judged by its specification's words, and by others' clients."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from defusedxml.ElementTree import fromstring
from django.core.files.uploadedfile import SimpleUploadedFile

from otklik.demo.accounts import DEMO_KEY
from otklik.flow.intake.models import Report
from otklik.flow.triage.commands import decide
from tests.cast import NOW, POTHOLE, VOLOGDA
from tests.journeys.test_bad_input import bomb, picture

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.contract]
ROOT = "/open311/v2"


def sent(**more: Any) -> dict[str, Any]:
    values = {
        "api_key": DEMO_KEY, "service_code": POTHOLE, "lat": VOLOGDA[0], "long": VOLOGDA[1],
        "description": "Яма у остановки, глубокая, объезжают по встречной",
    }  # fmt: skip
    return {key: value for key, value in (values | more).items() if value is not None}


def posted(client: Client, fmt: str = "json", **more: Any) -> Any:
    return client.post(f"{ROOT}/requests.{fmt}", sent(**more))


def text(element: ET.Element, path: str) -> str | None:
    found = element.find(path)
    return None if found is None else found.text


def test_services_are_the_same_in_both_formats(client: Client) -> None:
    as_json = client.get(f"{ROOT}/services.json")
    as_xml = client.get(f"{ROOT}/services.xml")
    assert as_json["Content-Type"] == "application/json; charset=utf-8"
    assert as_xml["Content-Type"] == "text/xml; charset=utf-8"
    assert as_xml.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    services = as_json.json()
    assert len(services) >= 120
    codes = [element.text for element in fromstring(as_xml.content).iter("service_code")]
    assert codes == [service["service_code"] for service in services]
    assert set(services[0]) == {
        "service_code", "service_name", "description", "metadata", "type", "keywords", "group",
    }  # fmt: skip


def test_a_posted_request_is_found_at_once_and_after_triage(client: Client) -> None:
    answer = posted(client)
    assert answer.status_code == 200
    (made,) = answer.json()
    number = made["service_request_id"]
    assert "token" not in made
    (fresh,) = client.get(f"{ROOT}/requests/{number}.json").json()
    assert fresh["status"] == "open"
    decide(Report.objects.get(number=number).pk, now=NOW)
    (decided,) = client.get(f"{ROOT}/requests/{number}.json").json()
    assert decided["service_code"] == POTHOLE
    assert decided["agency_responsible"]
    listed = client.get(f"{ROOT}/requests.json?service_request_id={number}").json()
    assert [each["service_request_id"] for each in listed] == [number]
    xml = fromstring(client.get(f"{ROOT}/requests/{number}.xml").content)
    assert xml.tag == "service_requests"
    assert text(xml, "request/service_request_id") == number


@pytest.mark.parametrize("fmt", ["json", "xml"])
@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"api_key": None}, 403),
        ({"api_key": "guess"}, 403),
        ({"service_code": None}, 400),
        ({"service_code": "no-such"}, 404),
        ({"lat": None, "long": None}, 400),
        ({"long": None}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "nan"}, 400),
        ({"lat": "1e400"}, 400),
        ({"lat": 91}, 400),
        ({"lat": 10.0, "long": 10.0}, 400),
        ({"description": "я" * 4001}, 400),
        ({"email": "no"}, 400),
        ({"jurisdiction_id": "chicago"}, 404),
    ],
)
def test_errors_are_a_list_with_http_codes(
    client: Client, fmt: str, more: dict[str, Any], status: int
) -> None:
    answer = posted(client, fmt, **more)
    assert answer.status_code == status
    if fmt == "json":
        assert answer.json()[0]["code"] == status
    else:
        error = fromstring(answer.content)
        assert error.tag == "errors"
        assert text(error, "error/code") == str(status)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-02-01T00:00:00Z", 200),
        ("start_date=2026-01-01T00:00:00+03:00", 200),
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", 400),
        ("start_date=2026-01-01T00:00:00", 400),
        ("start_date=yesterday", 400),
        ("status=open,closed&service_code=&page=2&page_size=5", 200),
        ("status=half", 400),
        ("page=0", 400),
    ],
)
def test_lists_take_the_arguments_of_the_specification(
    client: Client, query: str, status: int
) -> None:
    assert client.get(f"{ROOT}/requests.json?{query}").status_code == status


def test_what_is_hidden_looks_as_if_it_were_not_there(client: Client) -> None:
    for path in ("requests/48213097", "requests/nonsense", "services/nonsense", "tokens/1"):
        assert client.get(f"{ROOT}/{path}.json").status_code == 404


def test_discovery_names_the_endpoint_in_both_formats(client: Client) -> None:
    found = client.get(f"{ROOT}/discovery.json").json()
    assert found["endpoints"][0]["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert fromstring(client.get(f"{ROOT}/discovery.xml").content).tag == "discovery"


def test_nothing_personal_leaves(client: Client) -> None:
    number = posted(client, email="secret@example.ru", phone="", first_name="Анна",
                    description="Звоните +7 921 123-45-67, яма у дома")  # fmt: skip
    (found,) = client.get(f"{ROOT}/requests/{number.json()[0]['service_request_id']}.json").json()
    said = str(found)
    assert "secret@example.ru" not in said
    assert "123-45-67" not in said
    assert "Анна" not in said


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "outside": ({"lat": 55.75, "long": 37.61}, "lat, long: Точка за границей Вологодской области"),
    "coordinates": ({"lat": "север"}, "lat: не число"),
    "long": ({"description": "я" * 2**20}, "description длиннее 4000 знаков"),
    "broken letters": ({"description": "яма \ufffd"}, "description: Часть букв не прочиталась"),
    "no letters": ({"description": "!!!"}, "description: Напишите, что случилось"),
    "e-mail": ({"email": "анна"}, "email: Проверьте адрес почты"),
    "key": ({"api_key": "guess"}, "Ключ api_key не указан или неизвестен"),
}
FILES: dict[str, tuple[list[SimpleUploadedFile], str]] = {
    "executable": (
        [SimpleUploadedFile("a.jpg", b"MZ" + b"\0" * 500)],
        "media: «a.jpg»: такие файлы",
    ),
    "100 megapixels": ([SimpleUploadedFile("a.png", picture(10_000, 10_000))], "мегапикселей"),
    "zip bomb": ([SimpleUploadedFile("a.docx", bomb())], "слишком много данных"),
    "twenty": ([SimpleUploadedFile(f"{n}.png", picture(9, 9)) for n in range(20)], "Файлов 20"),
}


@pytest.mark.parametrize("name", [*BAD, *FILES])
def test_bad_input_is_refused_in_russian_or_in_the_language_asked_for(
    client: Client, name: str
) -> None:
    more, said = BAD.get(name, ({}, ""))
    if name in FILES:
        files, said = FILES[name]
        for file in files:
            file.seek(0)
        more = {"media": files}
    assert said in posted(client, **more).json()[0]["description"]
    for files, _ in FILES.values():
        for file in files:
            file.seek(0)
    english = client.post(f"{ROOT}/requests.json?locale=en", sent(**more)).json()[0]["description"]
    assert not re.search("[А-Яа-я]", english)
    assert Report.objects.count() == 0


def test_a_repeated_key_is_one_request_and_html_is_only_text(client: Client) -> None:
    posts = [
        client.post(f"{ROOT}/requests.json", sent(description="<b>Яма</b> <script>x</script>"),
                    headers={"Idempotency-Key": "one"}).json()[0]
        for _ in range(2)
    ]  # fmt: skip
    assert posts[0]["service_request_id"] == posts[1]["service_request_id"]
    (found,) = client.get(f"{ROOT}/requests/{posts[0]['service_request_id']}.json").json()
    assert "<" not in found["description"]


def test_a_description_may_be_missing_as_the_specification_says(client: Client) -> None:
    (made,) = posted(client, description=None).json()
    (found,) = client.get(f"{ROOT}/requests/{made['service_request_id']}.json").json()
    assert found["description"] == found["service_name"]


@pytest.mark.parametrize("fmt", ["json", "xml"])
def test_an_address_that_is_not_there_is_an_error_of_the_specification_too(
    client: Client, fmt: str
) -> None:
    answer = client.get(f"{ROOT}/nothing.{fmt}")
    assert answer.status_code == 404
    if fmt == "json":
        assert answer.json()[0]["code"] == 404
    else:
        assert text(fromstring(answer.content), "error/code") == "404"
