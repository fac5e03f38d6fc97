"""Another system subscribed by webhook sees every public change once and in order."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from standardwebhooks import Webhook

from otklik.demo import accounts
from otklik.flow.cases.commands import show_case
from otklik.ground.kit import http
from otklik.journal.following import catch_up
from otklik.readers.webhooks import commands, queries
from otklik.readers.webhooks.models import Message, Subscription
from tests.cast import NOW, elena, opened_case, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Town:
    """Another system on this machine: it checks signatures, and can be shut."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.status, self.port, self.asked = 200, 0, 0
        self.secret, self.elsewhere = "", ""
        self.server: HTTPServer | None = None

    def start(self) -> None:
        town = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                town.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                moment = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), tz=UTC)
                signed = Webhook(town.secret).sign(self.headers["webhook-id"], moment, body)
                assert self.headers["webhook-signature"] == signed
                if town.status == 200:
                    town.taken.append((self.headers["webhook-id"], json.loads(body)))
                self.send_response(town.status)
                if town.elsewhere:
                    self.send_header("Location", town.elsewhere)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@pytest.fixture
def town(settings: Any) -> Iterator[Town]:
    found = Town()
    found.start()
    settings.HTTP_INNER_HOSTS = ["127.0.0.1"]
    yield found
    found.stop()


def subscribed(town: Town, **more: Any) -> Subscription:
    """Subscribe as the region's administrator does, at the desk."""
    said = {"title": "Город", "url": town.url, "organisation": "", "active": "on"} | more
    with time_machine.travel(NOW - MINUTE, tick=False):
        answer = administrator().post("/desk/webhooks/new/", said)
    assert answer.status_code == 302, answer.content.decode()
    found = Subscription.objects.get(pk=int(answer["Location"].rstrip("/").rpartition("/")[2]))
    town.secret = found.secret
    return found


def administrator() -> Client:
    return signed_in(accounts.official(accounts.ADMINISTRATOR))


def deliver(subscription: Subscription, at: datetime) -> int:
    catch_up(["webhooks"])
    return commands.deliver_all(subscription.pk, now=lambda: at)


@pytest.mark.enable_socket
def test_a_door_that_was_shut_gets_every_change_once_and_in_order(town: Town) -> None:
    subscription = subscribed(town)
    case = opened_case()
    deliver(subscription, NOW + MINUTE)
    before = len(town.taken)
    assert before
    town.stop()
    other = opened_case(now=NOW + 2 * MINUTE)
    assert deliver(subscription, NOW + 5 * MINUTE) == 0
    town.start()
    town.status = 500
    assert deliver(subscription, NOW + 5 * MINUTE) == 0  # the pause is not over: not asked
    assert town.asked == before
    assert deliver(subscription, NOW + 6 * MINUTE) == 0
    assert town.asked == before + 1
    town.status = 200
    deliver(subscription, NOW + DAY)
    ids = [number for number, _ in town.taken]
    assert len(ids) == len(set(ids))
    assert ids == sorted(ids, key=lambda each: int(each.rpartition("_")[2]))
    assert {said["data"]["number"] for _, said in town.taken} == {case.number, other.number}
    assert not Message.objects.filter(state="queued").exists()


@pytest.mark.enable_socket
def test_a_sender_killed_before_it_wrote_down_sends_the_same_under_the_same_number(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = subscribed(town)
    opened_case()
    real = http.post

    def killed(url: str, **more: Any) -> http.Reply:
        real(url, **more)  # it came there, and nobody here learns of it
        raise SystemExit

    monkeypatch.setattr(http, "post", killed)
    with pytest.raises(SystemExit):
        deliver(subscription, NOW + MINUTE)
    monkeypatch.setattr(http, "post", real)
    assert deliver(subscription, NOW + MINUTE) == 0, "another may still be sending it"
    opened_case(now=NOW + 2 * MINUTE)
    deliver(subscription, NOW + DAY)
    assert town.taken[0] == town.taken[1]
    ids = [number for number, _ in town.taken]
    assert ids[1:] == sorted(set(ids), key=lambda each: int(each.rpartition("_")[2]))


@pytest.mark.enable_socket
@pytest.mark.parametrize("status", [404, 302, 429])
def test_a_wrong_status_and_a_redirect_are_tried_again_with_growing_pauses(
    town: Town, status: int
) -> None:
    subscription = subscribed(town)
    opened_case()
    town.status, town.elsewhere = status, f"http://127.0.0.1:{town.port}/elsewhere"
    pauses = []
    at = NOW + MINUTE
    for _ in range(4):
        assert deliver(subscription, at) == 0
        subscription.refresh_from_db()
        pauses.append(subscription.next_at - at)
        at = subscription.next_at
    assert pauses == [timedelta(seconds=seconds) for seconds in (10, 20, 40, 80)]
    assert town.asked == 4  # a redirect is not followed
    first = subscription.messages.order_by("entry").first()
    assert first is not None
    assert (first.tries, first.note) == (4, f"HTTP {status}")
    page = administrator().get("/desk/webhooks/").content.decode()
    assert "не отвечает с" in page
    with time_machine.travel(at, tick=False):
        health = administrator().get("/healthz").json()
    assert health["status"] == "ok"
    assert health["doors"]["webhooks"]["failing"] == 1
    assert health["doors"]["webhooks"]["waiting"] == subscription.messages.count()


@pytest.mark.enable_socket
def test_a_slow_door_holds_nobody_else(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = subscribed(town), subscribed(town, title="Другой город")
    town.secret = quick.secret
    opened_case()
    catch_up(["webhooks"])
    real = http.post

    def post(url: str, **more: Any) -> http.Reply:
        if more["headers"]["webhook-id"].startswith(f"msg_{slow.pk}_"):
            assert more["seconds"] <= 10  # no longer is anybody waited for
            assert commands.deliver_all(quick.pk, now=lambda: NOW + MINUTE)  # while slow is slow
            assert commands.deliver_all(slow.pk, now=lambda: NOW + MINUTE) == 0  # and no second try
            raise http.HTTPError("slow")
        return real(url, **more)

    monkeypatch.setattr(http, "post", post)
    assert commands.deliver_all(slow.pk, now=lambda: NOW + MINUTE) == 0
    assert town.taken
    assert all(number.startswith(f"msg_{quick.pk}_") for number, _ in town.taken)


@pytest.mark.enable_socket
def test_inner_addresses_are_not_asked(settings: Any) -> None:
    settings.HTTP_OUTSIDE = True
    door = Town()
    for url in ("http://127.0.0.1:9/hook", "http://10.0.0.1/hook", "http://169.254.169.254/hook"):
        door.port = 9
        subscription = subscribed(door, url=url)
        opened_case()
        assert deliver(subscription, NOW + MINUTE) == 0
        first = subscription.messages.order_by("entry").first()
        assert first is not None
        assert "inner address" in first.note


@pytest.mark.enable_socket
def test_only_what_everybody_sees_of_the_topics_and_places_asked_for(town: Town) -> None:
    subscription = subscribed(town, topics=["roads"], territories=["vologda-city"])
    case = opened_case(text="Яма у дома, звоните +7 921 123-45-67, Анна Иванова")
    opened_case(topic="lighting-lamp-off")
    hidden = opened_case(wants_public=False)
    deliver(subscription, NOW + MINUTE)
    said = json.dumps([body for _, body in town.taken], ensure_ascii=False)
    assert {body["data"]["number"] for _, body in town.taken} == {case.number}
    assert hidden.number not in said
    for secret in ("123-45-67", "Анна", "anna@example.ru", "person:"):
        assert secret not in said
    assert town.taken[0][1]["data"]["url"].endswith(f"/m/{case.spoken}/")
    show_case(case.number, shown=False, by=elena(), now=NOW + 2 * MINUTE)
    deliver(subscription, NOW + 3 * MINUTE)
    assert town.taken[-1][1]["type"] == "case.hidden"
    assert town.taken[-1][1]["data"] == {"number": case.number}


@pytest.mark.enable_socket
def test_what_was_delivered_is_sent_again_under_the_same_numbers(town: Town) -> None:
    subscription = subscribed(town)
    opened_case()
    deliver(subscription, NOW + MINUTE)
    first = list(town.taken)
    desk = administrator()
    address = f"/desk/webhooks/{subscription.pk}/"
    assert desk.post(f"{address}replay/", {"since": "2026-11-24T00:00"}).status_code == 302
    deliver(subscription, NOW + 2 * MINUTE)
    assert town.taken == first * 2
    entry = subscription.messages.order_by("entry").first()
    assert entry is not None
    desk.post(f"{address}replay/", {"entry": entry.entry})
    deliver(subscription, NOW + 3 * MINUTE)
    assert town.taken[len(first) * 2 :] == first[:1]
    wrong = desk.post(f"{address}replay/", {"since": "вчера"})
    assert wrong.status_code == 422
    assert "Укажите дату и время" in wrong.content.decode()
    log = desk.get(address).content.decode()
    assert entry.uid in log
    assert "доставлено" in log


@pytest.mark.enable_socket
def test_a_door_that_is_gone_or_silent_for_a_week_is_asked_no_more_and_its_queue_stays(
    town: Town,
) -> None:
    subscription = subscribed(town)
    opened_case()
    town.status = 410
    deliver(subscription, NOW + MINUTE)
    subscription.refresh_from_db()
    assert not subscription.active
    waiting = subscription.messages.filter(state="queued").count()
    assert waiting
    assert queries.due(NOW + DAY) == []
    town.status = 200
    with time_machine.travel(NOW + DAY, tick=False):
        answer = administrator().post(
            f"/desk/webhooks/{subscription.pk}/",
            {"title": "Город", "url": town.url, "organisation": "", "active": "on"},
        )
    assert answer.status_code == 302
    assert deliver(subscription, NOW + 2 * DAY) == waiting
    town.status = 503
    opened_case(now=NOW + MINUTE)
    deliver(subscription, NOW + 400 * DAY)
    deliver(subscription, NOW + 408 * DAY)
    subscription.refresh_from_db()
    assert not subscription.active


def test_an_organisations_administrator_edits_its_own_alone(settings: Any) -> None:
    settings.HTTP_OUTSIDE = False
    town = Town()
    town.port = 9
    of_region = subscribed(town)
    local = signed_in(accounts.official(accounts.LOCAL_ADMIN))
    assert local.get(f"/desk/webhooks/{of_region.pk}/").status_code == 404
    form = local.get("/desk/webhooks/new/").content.decode()
    own = re.search(r'<option value="([\w-]+)" selected', form)
    assert own is not None
    refused = local.post("/desk/webhooks/new/", {"title": "", "url": "ftp://x", "organisation": ""})
    assert refused.status_code == 422
    assert "Нужен адрес вида" in refused.content.decode()
    kept = local.post(
        "/desk/webhooks/new/",
        {"title": "Наш", "url": "https://gorod.ru/hook", "organisation": own[1], "active": "on"},
    )
    assert kept.status_code == 302
    assert "Наш" in local.get("/desk/webhooks/").content.decode()
    assert signed_in(elena()).get("/desk/webhooks/").status_code == 403
