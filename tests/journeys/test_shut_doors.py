"""A way that is down loses nothing and slows nobody; it is seen, and what waited goes out once."""

from __future__ import annotations

import socketserver
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.channels.sms import commands as sms
from otklik.flow.channels.sms.models import SmsMessage
from otklik.journal.following import catch_up
from otklik.readers.notifications import commands, queries
from otklik.readers.notifications.models import Delivery
from tests.cast import boris, opened_case, signed_in
from tests.journeys.test_chats import TelegramChat, _open
from tests.journeys.test_push import serving, subscribed
from tests.messengers import Messenger, Telegram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = [
    pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.enable_socket
]  # fmt: skip
HOUR = timedelta(hours=1)


class Post:
    """A mail server on this machine that speaks as much SMTP as a letter needs."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.port = 0
        self.server: socketserver.ThreadingTCPServer | None = None

    def start(self) -> None:
        post = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say("220 post")
                while line := self.rfile.readline().decode().strip():
                    verb = line[:4].upper()
                    if verb == "DATA":
                        self.say("354 go on")
                        post.letters.append(self.content())
                    no = verb == "RCPT" and "nobody@" in line
                    self.say("221 bye" if verb == "QUIT" else "550 no such" if no else "250 ok")
                    if verb == "QUIT":
                        return

            def say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

            def content(self) -> str:
                lines = []
                while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    lines.append(line)
                return "\n".join(lines)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    found = Post()
    found.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
    yield found
    found.stop()


def deliver(now: Any) -> None:
    """Try what is due, as the job of each minute does."""
    for key in queries.due(now, 200):
        commands.deliver(key, now=now)


def health(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = client.get("/healthz").json()["doors"]
    return told


def test_mail_that_is_down_is_tried_once_for_all_and_goes_out_once(
    post: Post, client: Client
) -> None:
    for each in ("a", "b", "c"):
        opened_case(author=None, email=f"{each}@example.ru", now=timezone.now())
    catch_up(["notifications"])
    post.stop()
    now = timezone.now()
    deliver(now)
    assert sorted(Delivery.objects.values_list("tries", flat=True)) == [0, 0, 1]
    told = health(client)["email"]
    assert (told["waiting"], told["failing"]) == (3, 1)
    page = signed_in(accounts.official(accounts.ADMINISTRATOR)).get("/desk/channels/")
    assert "не отвечает с" in page.content.decode()

    post.start()
    later = now + HOUR
    deliver(later)
    deliver(later + HOUR)
    assert len(post.letters) == 3
    told = health(client)["email"]
    assert (told["waiting"], told["failing"]) == (0, 0)


def test_shut_mail_slows_no_chat(post: Post, settings: Any, tmp_path: Any) -> None:
    opened_case(author=None, email="a@example.ru", now=timezone.now())
    post.stop()
    for chat in _open(TelegramChat, Telegram, settings, tmp_path):
        chat.sends(text="Не горит фонарь у подъезда")
        chat.sends(text="не знаю")
        chat.sends(press="send")
        catch_up(["triage", "notifications"])
        deliver(timezone.now())
        assert len(chat.server.said()) == 1
    states = dict(Delivery.objects.values_list("channel", "state"))
    assert states == {"email": "queued", "chat": "delivered"}


def test_a_gateway_of_texts_that_is_down(settings: Any, client: Client) -> None:
    class Gateway(Messenger):
        SAYS = frozenset({"sent"})

        def take(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
            self.calls.append(("sent", {"path": path, "size": len(body), "headers": len(headers)}))
            return 200, {"id": "1"}

    gateway = Gateway()
    gateway.start()
    settings.HTTP_INNER_HOSTS, settings.SMS_GATEWAY_URL = ["127.0.0.1"], f"{gateway.url}/send"
    gateway.stop()
    now = timezone.now()
    texts = [
        sms.send_sms("Проба", f"+7921555010{n}", purpose="told", subject="x", now=now)
        for n in range(3)
    ]
    for each in texts:
        sms.deliver(each.pk, now=now)
    assert sorted(SmsMessage.objects.values_list("tries", flat=True)) == [0, 0, 1]
    assert health(client)["sms"] == {"waiting": 3, "failing": 1}
    gateway.start()
    for _ in range(2):
        for each in texts:
            sms.deliver(each.pk, now=now + HOUR)
    assert len(gateway.said()) == 3
    assert health(client)["sms"] == {"waiting": 0, "failing": 0}
    gateway.stop()


def test_a_shut_bot_is_seen_by_those_who_watch(
    settings: Any, tmp_path: Any, client: Client
) -> None:
    for chat in _open(TelegramChat, Telegram, settings, tmp_path):
        chat.server.stop()
        chat.sends(text="Не горит фонарь у подъезда")
        assert health(client)["chats"] == {"waiting": 1, "failing": 1}
    assert signed_in(boris()).get("/desk/channels/").status_code == 403


def test_a_push_service_that_is_down_is_tried_once_for_all_and_hears_each_notice_once(
    settings: Any, post: Post, client: Client
) -> None:
    settings.HTTP_INNER_HOSTS = ["127.0.0.1"]
    with serving() as service:
        subscribed(service)
    for text in ("Яма у дома", "Яма у школы", "Яма у моста"):
        opened_case(now=timezone.now(), text=text)
    catch_up(["notifications"])
    now = timezone.now()
    deliver(now)
    notices = Delivery.objects.filter(channel="push")
    assert sorted(notices.values_list("tries", flat=True)) == [0, 0, 1]
    assert len(post.letters) == 3, "letters do not wait for devices"
    assert health(client)["push"] == {"waiting": 3, "failing": 1}
    page = signed_in(accounts.official(accounts.ADMINISTRATOR)).get("/desk/channels/")
    assert "127.0.0.1: ConnectError" in page.content.decode()

    with serving(int(service.url.rpartition(":")[2]), service):
        deliver(now + HOUR)
        deliver(now + 2 * HOUR)
    assert len(service.taken) == 3
    assert health(client)["push"] == {"waiting": 0, "failing": 0}


def test_one_address_that_is_refused_shuts_nothing(post: Post, client: Client) -> None:
    for name in ("nobody", "anna"):
        opened_case(author=None, email=f"{name}@example.ru", now=timezone.now())
    catch_up(["notifications"])
    deliver(timezone.now())
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["delivered", "refused"]
    assert len(post.letters) == 1
    assert health(client)["email"] == {"waiting": 0, "failing": 0}
