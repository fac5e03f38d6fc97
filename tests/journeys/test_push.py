"""A person turns notices on; a push service of our own takes them as a real one does."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import commands as cases
from otklik.flow.channels.push.models import Device
from otklik.flow.channels.push.queries import key_for_browsers
from otklik.flow.privacy.commands import forget_person
from otklik.flow.privacy.queries import held_about
from otklik.ground.accounts.models import Person
from otklik.ground.kit import keyring
from otklik.journal.following import catch_up
from otklik.readers.notifications import jobs
from otklik.readers.notifications.models import Delivery, Unread
from tests.cast import boris, clara, elena, opened_case, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

    from otklik.flow.cases.models import Case

pytestmark = [
    pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.enable_socket,
]  # fmt: skip
ANSWER = "Яму заделали 25 ноября силами подрядчика, стояла три дня"


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class PushService:
    """The other side of RFC 8030: judges each request and opens it with the phone's own key."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = bytes(range(16))
        self.answers: list[int] = []
        self.taken: list[dict[str, Any]] = []
        self.url = ""

    def subscription(self, name: str = "anna") -> dict[str, Any]:
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": coded(point), "auth": coded(self.secret)}
        return {"endpoint": f"{self.url}/{name}", "expirationTime": None, "keys": keys}

    def take(self, headers: Any, body: bytes) -> int:
        assert headers["Content-Encoding"] == "aes128gcm"
        assert int(headers["TTL"]) > 0
        self.judge(headers["Authorization"])
        if self.answers and (status := self.answers.pop(0)) != 201:
            return status
        opened = http_ece.decrypt(
            body, private_key=self.private, auth_secret=self.secret, version="aes128gcm"
        )
        self.taken.append(json.loads(opened))
        return 201

    def judge(self, authorization: str) -> None:
        """See that VAPID's signature is that of the key with which the phone subscribed."""
        scheme, _, rest = authorization.partition(" ")
        told = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert scheme == "vapid"
        assert told["k"].rstrip("=") == key_for_browsers()
        head, claims, mark = told["t"].split(".")
        raw = decoded(mark)
        signature = encode_dss_signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        )
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(told["k"]))
        public.verify(signature, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
        said = json.loads(decoded(claims))
        assert said["aud"] == self.url
        assert timezone.now().timestamp() < said["exp"] < timezone.now().timestamp() + 86_400


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    settings.HTTP_INNER_HOSTS = ["127.0.0.1"]
    with serving() as found:
        yield found


@contextmanager
def serving(port: int = 0, known: PushService | None = None) -> Iterator[PushService]:
    failures: list[BaseException] = []
    found = known or PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                status = found.take(self.headers, body)
            except BaseException as failure:  # noqa: BLE001  (told when the server has ended)
                failures.append(failure)
                status = 400
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
    assert not failures


def anna() -> Person:
    return accounts.person(accounts.CITIZEN)


def subscribed(service: PushService, person: Person | None = None, name: str = "anna") -> Client:
    browser = signed_in(person or anna())
    answer = browser.post(
        "/cabinet/notices/add/", json.dumps(service.subscription(name)),
        content_type="application/json", headers={"User-Agent": "Android Chrome/126"},
    )  # fmt: skip
    assert answer.status_code == 201
    return browser


def told() -> None:
    catch_up(["notifications"])
    jobs.deliver(delivery_ids=list(Delivery.objects.values_list("pk", flat=True)))


def answered(case: Case) -> None:
    now = timezone.now()
    cases.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=now)
    cases.approve_answer(case.number, by=clara(), now=now)


def test_the_phone_hears_the_number_and_the_state_and_nothing_else(service: PushService) -> None:
    browser = subscribed(service)
    case = opened_case(now=timezone.now(), text="Тайные слова про яму у дома 12")
    told()
    answered(case)
    told()
    told()  # each fact once
    started, ended = service.taken
    assert started == {
        "title": "Отклик", "body": f"№ {case.spoken}: принято в работу",
        "page": f"/m/{case.spoken}/", "tag": case.spoken, "unread": 1,
    }  # fmt: skip
    assert case.spoken in ended["body"]
    assert "ответ" in ended["body"].lower()
    assert "Тайные" not in json.dumps(service.taken, ensure_ascii=False)
    assert ANSWER not in json.dumps(service.taken, ensure_ascii=False)

    assert 'data-unread="1"' in browser.get("/cabinet/").content.decode()
    assert browser.get(f"/m/{case.spoken}/").status_code == 200  # looked at: news no more
    assert 'data-unread="0"' in browser.get("/cabinet/").content.decode()
    assert not Unread.objects.exists()


def test_a_busy_service_is_tried_again_and_a_dead_device_forgotten(service: PushService) -> None:
    subscribed(service)
    service.answers = [503, 201, 410]
    opened_case(now=timezone.now())
    told()
    one = Delivery.objects.get(channel="push")
    assert (one.state, one.tries, one.note) == ("queued", 1, "HTTP 503")
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    told()
    one.refresh_from_db()
    assert (one.state, len(service.taken)) == ("delivered", 1)
    opened_case(now=timezone.now(), text="Другая яма на другой улице")
    told()
    assert not Device.objects.exists()
    assert Delivery.objects.filter(channel="push").order_by("pk").last().state == "refused"  # type: ignore[union-attr]


def test_a_device_is_its_owners_and_goes_when_they_say(service: PushService) -> None:
    browser = subscribed(service)
    page = browser.get("/cabinet/notices/").content.decode()
    assert "Chrome, Android" in page
    assert f'data-key="{key_for_browsers()}"' in page
    device = Device.objects.get()
    assert service.url not in str(Device.objects.values_list("endpoint").query)
    other = signed_in(Person.objects.create(email="other-phone@example.ru"))
    remove = "/cabinet/notices/remove/"
    assert other.post(remove, {"device": device.pk}).status_code == 404
    assert Device.objects.exists()
    assert browser.post(remove, {"device": device.pk}).status_code == 302
    assert not Device.objects.exists()
    opened_case(now=timezone.now())
    told()
    assert not service.taken


def test_who_follows_anothers_message_hears_too_while_all_may_see_it(service: PushService) -> None:
    nina = accounts.person(accounts.NEIGHBOUR)
    browser = subscribed(service, nina, "nina")
    case = opened_case(now=timezone.now())
    told()
    assert not service.taken
    assert browser.post("/watch/", {"case": case.number}).status_code == 302
    answered(case)
    told()
    (heard,) = service.taken
    assert heard["page"] == f"/m/{case.spoken}/"
    other = opened_case(now=timezone.now(), text="Другая яма на другой улице")
    browser.post("/watch/", {"case": other.number})
    answered(other)
    cases.show_case(other.number, shown=False, by=elena(), now=timezone.now())
    told()
    assert len(service.taken) == 1, "what was hidden meanwhile is told to nobody else"


def test_who_signs_in_next_on_the_device_takes_it_over(service: PushService) -> None:
    subscribed(service)
    other = Person.objects.create(email="other-phone@example.ru")
    subscribed(service, other)
    assert Device.objects.get().person == other
    opened_case(now=timezone.now())  # Anna's
    told()
    assert not service.taken


def test_an_erased_person_has_no_device(service: PushService) -> None:
    subscribed(service)
    person = anna()
    (known,) = held_about(person)["entrances"]["devices_told"]
    assert known["browser"] == "Chrome, Android"
    forget_person(person, by="system", now=timezone.now())
    assert not Device.objects.exists()


def test_nobody_leads_us_into_the_inner_network(service: PushService, settings: Any) -> None:
    subscribed(service)
    settings.HTTP_INNER_HOSTS, settings.HTTP_OUTSIDE = [], True
    opened_case(now=timezone.now())
    told()
    assert not service.taken
    assert "is an inner address" in Delivery.objects.get(channel="push").note


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"endpoint": "file:///x", "keys": {}}'])
def test_what_is_no_subscription_is_refused_in_words(said: str) -> None:
    browser = signed_in(anna())
    answer = browser.post("/cabinet/notices/add/", said, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["error"] == "Браузер не дал адреса для уведомлений"


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    made = keyring.vapid_key(tmp_path)
    assert keyring.vapid_key(tmp_path) == made
    assert len(decoded(made)) == 32
    assert (tmp_path / "vapid_key").stat().st_mode & 0o777 == 0o600
