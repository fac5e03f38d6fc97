"""Clients that others wrote for GeoReport v2, as PyPI gives them, against our own server."""

from __future__ import annotations

import importlib
import itertools
import threading
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections

from otklik.demo.accounts import DEMO_KEY
from otklik.flow.intake.models import Report
from tests.cast import NOW, POTHOLE, VOLOGDA, opened_case

pytestmark = [
    pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.contract,
    pytest.mark.enable_socket,
]  # fmt: skip


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def served(world: None) -> Iterator[str]:
    """Serve this test's own transaction on a port: one request at a time, as clients ask."""
    shared = connections["default"]
    shared.inc_thread_sharing()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    application: Callable[..., Any] = get_wsgi_application()

    def with_its_connection(environ: dict[str, Any], start: Any) -> Any:
        connections["default"] = shared
        return application(environ, start)

    server = make_server("127.0.0.1", 0, with_its_connection, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/open311/v2"
    server.shutdown()
    thread.join()
    server.server_close()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    shared.dec_thread_sharing()


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import `three`, written for Python 2: it asks itertools for a name that is gone."""
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("three")


def civicbot(served: str) -> Any:
    from civicbot.http import HttpTransport, RateLimiter  # noqa: PLC0415
    from civicbot.open311 import Open311Client  # noqa: PLC0415

    endpoint = SimpleNamespace(
        id="vologda", base_url=served, geo_scoped=False, write=True,
        api_key_required_for_write=True,
    )  # fmt: skip
    return Open311Client(endpoint, HttpTransport(rate_limiter=RateLimiter(min_interval=0)))


def test_georeport_reads_services_definitions_and_requests_in_both_formats(served: str) -> None:
    from georeport import GeoReport  # noqa: PLC0415

    cases = [opened_case(), opened_case()]
    for output in ("json", "xml"):
        client = GeoReport(served, jurisdiction="vologda", output_format=output)
        services = client.get_service_list()
        assert any(each["service_code"] == POTHOLE for each in services)
        assert client.get_service_definition(POTHOLE)["service_code"] == POTHOLE
        with time_machine.travel(NOW, tick=False):
            found = client.get_service_requests(
                start_date="2026-11-20T00:00:00Z", status="open", service_code=POTHOLE
            )
        assert {each["service_request_id"] for each in found} == {each.number for each in cases}
        one = client.get_service_request(cases[0].number)
        one = one[0] if isinstance(one, list) else one
        assert one["service_request_id"] == cases[0].number


def test_civicbot_checks_against_the_definition_posts_and_reads_back(served: str) -> None:
    from civicbot.http import HttpError  # noqa: PLC0415
    from civicbot.open311 import ValidationError  # noqa: PLC0415

    bot = civicbot(served)
    place = {"lat": VOLOGDA[0], "lng": VOLOGDA[1]}
    with pytest.raises(ValidationError, match="pole"):
        bot.create_request("lighting-lamp-off", validate_remote=True, **place)
    sent = bot.create_request(
        POTHOLE, dry_run=False, confirm="SEND", api_key=DEMO_KEY, validate_remote=True,
        description="Яма у остановки, глубокая",
        attributes={"lane": "edge", "harm": ["wheel", "swerve"]}, **place,
    )  # fmt: skip
    (made,) = sent.response
    assert bot.get_request(made["service_request_id"])["status"] == "open"
    kept = Report.objects.get(number=made["service_request_id"]).extra["answers"]
    assert kept == {"lane": "edge", "harm": ["wheel", "swerve"]}
    for ask, what in (
        (bot.get_token, "none"), (bot.get_request, "00000000"),
        (bot.get_service_definition, "none"),
    ):  # fmt: skip
        with pytest.raises(HttpError) as refused:
            ask(what)
        assert refused.value.status == 404


def test_three_posts_with_a_photo_and_finds_its_token(served: str, three: Any) -> None:
    from io import BytesIO  # noqa: PLC0415

    from tests.journeys.test_bad_input import picture  # noqa: PLC0415

    client = three.core.Three(served, api_key=DEMO_KEY)
    assert client.discovery()["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    assert len(client.services()) >= 120
    photo = BytesIO(picture(40, 30))
    photo.name = "photo.png"
    (made,) = client.post(
        POTHOLE, lat=VOLOGDA[0], long=VOLOGDA[1], name="Anna Ivanova", media=photo,
        description="Яма у остановки, глубокая", client_request_id="three-1",
    )  # fmt: skip
    report = Report.objects.get(number=made["service_request_id"])
    assert report.attachments.count() == 1
    (found,) = client.token("three-1")
    assert found["service_request_id"] == report.number
    (refused,) = three.core.Three(served).post(POTHOLE, address="Мира, 12")
    assert refused["code"] == 403


def test_chicagorequests_downloads_all_of_a_day_with_extensions(
    served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import chicagorequests  # noqa: PLC0415

    cases = {opened_case().number for _ in range(3)}
    monkeypatch.setattr(chicagorequests.Downloader, "BASE_URL", f"{served}/requests.json")
    day = NOW.replace(hour=0), NOW.replace(hour=23)
    found = chicagorequests.Downloader(request_type=[POTHOLE])(day)
    assert {each["service_request_id"] for each in found} == cases
    assert all(each["extended_attributes"]["status"] for each in found)
