"""A case goes to another Open311 server once; what became of it there comes back to its author."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from otklik.demo import accounts
from otklik.demo.accounts import DEMO_KEY
from otklik.flow.cases.commands import start_case
from otklik.flow.cases.models import Case
from otklik.flow.channels.peers import commands, queries
from otklik.flow.channels.peers.models import Forward, Peer
from otklik.flow.intake.models import Report
from otklik.flow.triage.commands import decide
from otklik.ground.accounts.models import ApiKey
from otklik.journal.following import catch_up
from otklik.readers.notifications.models import Delivery
from tests.cast import NOW, POTHOLE, boris, opened_case, signed_in
from tests.contract.test_clients import served  # noqa: F401  (a fixture)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = [
    pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.enable_socket,
]  # fmt: skip
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORDS = "Яма у дома 12 на улице Мира, звоните +7 921 123-45-67, Анна Иванова"


class Neighbour:
    """Another server on this machine: it keeps what it took, can be shut, or fall while taking."""

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        self.news: list[dict[str, str]] = []
        self.status, self.lost, self.receipt = "open", False, False
        self.port, self.asked = 0, 0
        self.server: HTTPServer | None = None

    def start(self) -> None:
        here = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                here.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                here.taken.append({name: value[0] for name, value in parse_qs(body).items()})
                if here.lost:  # taken, but the answer never comes
                    self.close_connection = True
                    return
                named = "token" if here.receipt else "service_request_id"
                self.say([{named: f"N-{len(here.taken)}"}])

            def do_GET(self) -> None:
                here.asked += 1
                path = urlsplit(self.path).path
                if "/tokens/" in path:
                    self.say([{"service_request_id": "N-77", "token": "N-1"}])
                elif path.endswith("updates.json"):
                    self.say(here.news)
                else:
                    asked = parse_qs(urlsplit(self.path).query)["service_request_id"][0]
                    rows = asked.split(",")
                    self.say([{"service_request_id": n, "status": here.status} for n in rows])

            def say(self, content: Any) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v2"


@pytest.fixture(autouse=True)
def _open(settings: Any) -> None:
    settings.HTTP_INNER_HOSTS = ["127.0.0.1"]


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    found = Neighbour()
    found.start()
    yield found
    found.stop()


def administrator() -> Client:
    return signed_in(accounts.official(accounts.ADMINISTRATOR))


def known(url: str, **more: Any) -> Peer:
    """Register a peer as the administrator does, in the administration."""
    said = {"title": "Сосед", "url": url, "key": DEMO_KEY, "topics": [POTHOLE], "every": 10,
            "remembers": "on", "active": "on"} | more  # fmt: skip
    said = {name: value for name, value in said.items() if value is not None}
    with time_machine.travel(NOW - MINUTE, tick=False):
        answer = administrator().post("/admin/peers/peer/add/", said)
    assert answer.status_code == 302, answer.content.decode()
    return Peer.objects.get()


def handed_over(case: Case, at: timedelta = MINUTE) -> Forward:
    catch_up(["peers"])
    forward = Forward.objects.get(case=case)
    Forward.objects.filter(pk=forward.pk, next_at__gt=NOW + at).update(next_at=NOW)
    commands.deliver(forward.pk, now=NOW + at)
    forward.refresh_from_db()
    return forward


def test_another_otklik_takes_a_case_once_and_its_news_come_to_the_author(
    served: str,  # noqa: F811
) -> None:
    peer = known(served, jurisdiction="vologda", brings=ApiKey.objects.get(key=DEMO_KEY).pk)
    case = opened_case(text=WORDS)
    for signal in (request_started, request_finished):  # a client of the tests connects it again
        signal.disconnect(close_old_connections)
    with time_machine.travel(NOW + MINUTE, tick=False):
        forward = handed_over(case)
        assert (forward.state, forward.shared) == ("taken", [])
        again = commands.deliver(forward.pk, now=NOW + HOUR)
        Forward.objects.filter(pk=forward.pk).update(state="queued")  # an answer that was lost
        assert commands.deliver(forward.pk, now=NOW + HOUR)
    there = Report.objects.get(number=forward.number)
    assert again is None
    assert Report.objects.filter(channel="open311").count() == 1
    assert there.number != case.number
    for secret in ("123-45-67", "Анна", "Иванова", "anna@example.ru"):
        assert secret not in there.text + there.email + there.phone
    decide(there.pk, now=NOW + 2 * MINUTE)
    catch_up(["peers"])
    assert Forward.objects.count() == 1, "what a system brought never goes back to it"
    start_case(there.number, by=boris(), now=NOW + 3 * MINUTE)
    with time_machine.travel(NOW + 5 * MINUTE, tick=False):
        assert commands.ask(peer.pk, now=NOW + 5 * MINUTE) == 1
    with time_machine.travel(NOW + 20 * MINUTE, tick=False):
        assert commands.ask(peer.pk, now=NOW + 20 * MINUTE) == 0, "nothing is told twice"
        catch_up(["notifications"])
    page = signed_in(accounts.person(accounts.CITIZEN)).get(f"/m/{case.spoken}/").content.decode()
    assert f"Сосед, № {forward.number}" in page
    assert "текст без имён и телефонов" in page
    assert "в работе" in page
    told = Delivery.objects.filter(subject=case.ref, channel="email").values_list("kind", flat=True)
    assert {"case.forwarded", "case.news_brought"} <= set(told)
    desk = signed_in(boris()).get(f"/desk/c/{case.spoken}/").content.decode()
    assert forward.number in desk


def test_a_shut_door_loses_nothing_slows_nobody_and_is_seen(neighbour: Neighbour) -> None:
    peer = known(neighbour.url)
    neighbour.stop()
    first, second = opened_case(), opened_case()
    forward = handed_over(first)
    other = handed_over(second)
    assert (forward.state, other.state) == ("queued", "queued")
    assert (forward.tries, other.tries) == (1, 0), "behind a shut door nobody else waits for it"
    with time_machine.travel(NOW + MINUTE, tick=False):
        doors = administrator().get("/healthz").json()["doors"]["peers"]
        assert doors == {"waiting": 2, "failing": 1}
        assert "не отвечает с" in administrator().get("/desk/channels/").content.decode()
    neighbour.start()
    for at in (2 * HOUR, 3 * HOUR):
        for pk in queries.due_forwards(NOW + at, 10):
            commands.deliver(pk, now=NOW + at)
    assert [each["service_code"] for each in neighbour.taken] == [POTHOLE, POTHOLE]
    assert len({each["client_request_id"] for each in neighbour.taken}) == 2
    assert not Forward.objects.exclude(state="taken").exists()
    neighbour.stop()
    assert commands.ask(peer.pk, now=NOW + 4 * HOUR) == 0
    neighbour.start()
    neighbour.status = "closed"
    neighbour.news = [{"service_request_id": "N-1", "update_id": "5", "status": "FIXED",
                       "description": "<b>Заделали</b>"}]  # fmt: skip
    assert commands.ask(peer.pk, now=NOW + DAY) == 2
    assert commands.ask(peer.pk, now=NOW + 2 * DAY) == 0
    notes = [*Forward.objects.get(number="N-1").case.notes.filter(kind="peer_news")]
    assert [each.text for each in notes] == ["Сосед: решено. Заделали"]


def test_who_knows_no_repetition_gets_no_second_one_until_a_person_decides(
    neighbour: Neighbour,
) -> None:
    known(neighbour.url, remembers=None, shares=["words", "place", "contact"],
          codes=f"{POTHOLE} = 001")  # fmt: skip
    case = opened_case(text=WORDS)
    neighbour.lost = True
    forward = handed_over(case)
    assert forward.state == "unsure"
    assert queries.due_forwards(NOW + DAY, 10) == []
    (said,) = neighbour.taken
    assert (said["service_code"], said["email"]) == ("001", "anna@example.ru")
    assert "123-45-67" in said["description"]
    desk = administrator()
    assert "неясно, дошло ли" in desk.get("/desk/channels/forwards/").content.decode()
    address = f"/desk/channels/forwards/{forward.pk}"
    desk.post(f"{address}/number/", {"number": " "})
    forward.refresh_from_db()
    assert forward.state == "unsure"
    neighbour.lost, neighbour.receipt = False, True
    desk.post(f"{address}/again/")
    forward = handed_over(case, DAY)
    assert (forward.state, forward.number, forward.token) == ("taken", "", "N-2")
    assert forward.shared == ["contact", "place", "words"]
    commands.ask(forward.peer_id, now=NOW + 2 * DAY)
    forward.refresh_from_db()
    assert forward.number == "N-77"
    desk.post(f"{address}/number/", {"number": "X-1"})
    forward.refresh_from_db()
    assert forward.number == "N-77", "what is taken stays"
    note = case.notes.get(kind="forwarded")
    assert "имя и контакт автора" in note.text
    mine = signed_in(accounts.person(accounts.CITIZEN)).get("/cabinet/data/").content.decode()
    assert "имя и контакт автора" in mine


def test_what_belongs_elsewhere_stays(neighbour: Neighbour) -> None:
    empty = administrator().post(
        "/admin/peers/peer/add/", {"title": "Сосед", "url": neighbour.url, "every": 10}
    )
    assert "Выберите организации, темы или территории" in empty.content.decode()
    known(neighbour.url)
    opened_case(topic="lighting-lamp-off")
    opened_case(wants_public=False)
    Case.objects.filter(pk=opened_case().pk).update(closed_contour=True)
    Case.objects.filter(pk=opened_case().pk).update(regime="appeal_59fz")
    catch_up(["peers"])
    assert not Forward.objects.exists()
    page = administrator().get(f"/admin/peers/peer/{Peer.objects.get().pk}/change/")
    assert DEMO_KEY not in page.content.decode()
