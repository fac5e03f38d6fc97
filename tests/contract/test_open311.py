"""GeoReport v2 judged by its specification's words, and by others' clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from defusedxml.ElementTree import fromstring

from otklik.demo.accounts import DEMO_KEY
from otklik.flow.triage.commands import decide
from tests.cast import NOW, POTHOLE, VOLOGDA

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.contract]
ROOT = "/open311/v2"


def posted(client: Client, fmt: str = "json", **more: Any) -> Any:
    values = {
        "api_key": DEMO_KEY, "service_code": POTHOLE, "lat": VOLOGDA[0], "long": VOLOGDA[1],
        "description": "Яма у остановки, глубокая, объезжают по встречной",
    }  # fmt: skip
    sent = {key: value for key, value in (values | more).items() if value is not None}
    return client.post(f"{ROOT}/requests.{fmt}", sent)


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
    from otklik.flow.intake.models import Report  # noqa: PLC0415

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
