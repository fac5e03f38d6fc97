"""A gateway that dies and returns loses nothing; codes are few, short-lived and single."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from otklik.flow.channels.sms import commands
from otklik.flow.channels.sms.models import SmsCode, SmsMessage
from otklik.flow.channels.sms.outbound import Gateway
from otklik.flow.channels.sms.queries import due_messages
from otklik.flow.intake.models import Report
from tests.cast import NOW, anna_writes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PHONE = "+79215550101"
DAY = timedelta(days=1)


class Network:
    """A network operator's gateway on this machine, that can be switched off."""

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        self.status = 200
        self.port = 0
        self.server: HTTPServer | None = None

    def start(self) -> None:
        network = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if network.status == 200:
                    network.taken.append(json.loads(body))
                self.send_response(network.status)
                self.end_headers()
                self.wfile.write(b'{"id": "n-1"}')

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


@pytest.fixture
def network(settings: Any) -> Iterator[Network]:
    found = Network()
    found.start()
    settings.HTTP_INNER_HOSTS = ["127.0.0.1"]
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{found.port}/send"
    yield found
    found.stop()


def queued(text: str = "Проба") -> SmsMessage:
    return commands.send_sms(text, PHONE, purpose="probe", subject="report:1", now=NOW)


def jobs_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'sms.deliver'")
        (count,) = cursor.fetchone()
    return int(count)


@pytest.mark.enable_socket
def test_nothing_is_lost_while_the_gateway_is_down(network: Network) -> None:
    messages = [queued(f"Проба {each}") for each in range(3)]
    assert jobs_waiting() == 3
    network.stop()
    for message in messages:
        commands.deliver(message.pk, now=NOW)
    assert jobs_waiting() == 4  # a failed try has queued the next; the others did not try
    tries = SmsMessage.objects.filter(state="queued").values_list("tries", flat=True)
    assert sorted(tries) == [0, 0, 1]
    assert commands.deliver(messages[0].pk, now=NOW) is None  # too soon
    network.start()
    later = NOW + timedelta(hours=1)
    for key in due_messages(later, 10):
        commands.deliver(key, now=later)
    assert sorted(each["text"] for each in network.taken) == ["Проба 0", "Проба 1", "Проба 2"]
    assert {each["to"] for each in network.taken} == {PHONE}
    assert SmsMessage.objects.filter(state="delivered", reference="n-1").count() == 3
    assert commands.deliver(messages[0].pk, now=later) is None  # sent once


@pytest.mark.enable_socket
@pytest.mark.parametrize(("status", "state"), [(500, "queued"), (429, "queued"), (400, "refused")])
def test_what_the_gateway_answers_decides(network: Network, status: int, state: str) -> None:
    network.status = status
    message = commands.deliver(queued().pk, now=NOW)
    assert message is not None
    assert (message.state, message.note) == (state, f"HTTP {status}")


@pytest.mark.enable_socket
def test_after_three_days_it_is_given_up(network: Network) -> None:
    network.status = 500
    message = commands.deliver(queued().pk, now=NOW + 4 * DAY)
    assert message is not None
    assert message.state == "refused"


def test_a_gateway_may_want_a_form() -> None:
    gateway = Gateway("http://x", "to={phone}&message=%D0%9E%D1%82: {text}", {})
    assert gateway._content("Привет", PHONE) == {"data": {"to": PHONE, "message": "От: Привет"}}


def called(phone: str = PHONE) -> Report:
    receipt = anna_writes(
        channel="hotline", contact="phone", phone=phone, email="", author=None, now=NOW
    )
    return Report.objects.get(pk=receipt.report_id)


def code_in(message: SmsMessage) -> str:
    found = re.search(r"\d{3} \d{3}", message.text)
    assert found is not None
    return found[0]


def opened(client: Client, report: Report, code: str) -> bool:
    answer = client.post("/track/", {"number": report.spoken, "secret": code})
    return answer.status_code == 302


def test_a_caller_opens_their_message_by_the_code(client: Client) -> None:
    report = called()
    code = code_in(commands.send_code(report, PHONE, now=NOW))
    assert client.get(f"/m/{report.spoken}/").status_code == 404
    _freeze(report)
    assert opened(client, report, code)
    assert client.get(f"/m/{report.spoken}/").status_code == 200


def _freeze(report: Report) -> None:
    """Let the code live, whatever the day of the test is."""
    from django.utils import timezone  # noqa: PLC0415

    SmsCode.objects.filter(report=report).update(expires_at=timezone.now() + DAY)


def test_five_wrong_codes_close_the_door_and_a_new_code_opens_it(client: Client) -> None:
    report = called()
    code = code_in(commands.send_code(report, PHONE, now=NOW))
    _freeze(report)
    wrong = "000000" if code != "000 000" else "111111"
    assert not any(opened(client, report, wrong) for _ in range(5))
    assert not opened(client, report, code)
    said = client.post("/track/code/", {"number": report.spoken, "phone": "8 921 555-01-01"})
    assert said.status_code == 302
    fresh = SmsMessage.objects.first()
    assert fresh is not None
    assert opened(client, report, code_in(fresh))


def test_a_code_dies_of_age() -> None:
    report = called()
    code = code_in(commands.send_code(report, PHONE, now=NOW))
    assert commands.open_by_code(report.number, code, now=NOW + 29 * DAY) == report
    assert commands.open_by_code(report.number, code, now=NOW + 31 * DAY) is None


def test_a_stranger_gets_no_code_and_learns_nothing(client: Client) -> None:
    report = called()
    answers = {
        (answer.status_code, answer["Location"])
        for number, phone in (
            (report.spoken, "+79990000000"), ("0000-0000", PHONE), (report.spoken, PHONE),
        )
        for answer in [client.post("/track/code/", {"number": number, "phone": phone})]
    }  # fmt: skip
    assert len(answers) == 1
    assert [message.phone for message in SmsMessage.objects.all()] == [PHONE]


def test_no_more_than_three_codes_a_day() -> None:
    report = called()
    went = [commands.send_code_again(report.number, PHONE, now=NOW) for _ in range(5)]
    assert went == [True, True, True, False, False]
    assert commands.send_code_again(report.number, PHONE, now=NOW + 2 * DAY)


@pytest.mark.enable_socket
def test_a_code_is_not_kept_once_it_went(network: Network) -> None:
    message = commands.send_code(called(), PHONE, now=NOW)
    commands.deliver(message.pk, now=NOW)
    message.refresh_from_db()
    assert message.state == "delivered"
    assert message.text == ""
    assert SmsCode.objects.get().digest not in network.taken[0]["text"]
