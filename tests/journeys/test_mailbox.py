"""Mail in: replies to our letters land in the case, all others are invited, machines are not."""

from __future__ import annotations

import re
import socketserver
import threading
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import commands as cases
from otklik.flow.channels.mailbox import commands, rules
from otklik.flow.channels.mailbox.models import Incoming, Mailbox
from otklik.flow.intake.models import Report
from otklik.ground.kit.memo import forget
from otklik.ground.territories.models import Region
from otklik.journal.following import catch_up
from otklik.journal.reading import about
from otklik.readers.notifications import jobs
from otklik.readers.notifications.models import Delivery
from tests.cast import boris, elena, opened_case, signed_in
from tests.journeys.test_chats import photo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otklik.flow.cases.models import Case

pytestmark = [
    pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.enable_socket
]  # fmt: skip
OURS, ANNA = "otklik@vologda.example.ru", "marfa@example.ru"


class Speaker(socketserver.StreamRequestHandler):
    """One conversation with a mailbox."""

    box: Imap

    def handle(self) -> None:
        self.say(b"* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, verb, rest = [*line.split(" ", 2), ""][:3]
            if verb == "LOGIN" and '"secret"' not in rest:
                self.say(f"{tag} NO [AUTHENTICATIONFAILED] wrong".encode())
                continue
            self.answer(verb, rest)
            self.say(f"{tag} OK {verb} done".encode())
            if verb == "LOGOUT":
                return

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def answer(self, verb: str, rest: str) -> None:
        if verb == "CAPABILITY":
            self.say(b"* CAPABILITY IMAP4rev1")
        elif verb == "SELECT":
            self.say(f"* {len(self.box.letters)} EXISTS".encode())
        elif rest.startswith("SEARCH"):
            every = range(1, len(self.box.letters) + 1)
            left = [str(number) for number in every if number not in self.box.seen]
            self.say(f"* SEARCH {' '.join(left)}".encode())
        elif rest.startswith("FETCH"):
            self.fetch(int(rest.split()[1]), rest)
        elif rest.startswith("STORE"):
            self.box.seen.add(int(rest.split()[1]))

    def fetch(self, number: int, rest: str) -> None:
        content = self.box.letters[number - 1]
        if "SIZE" in rest:
            self.say(f"* {number} FETCH (UID {number} RFC822.SIZE {len(content)})".encode())
            return
        name = "BODY[]"
        if "HEADER" in rest:
            name, content = "BODY[HEADER]", content.split(b"\n\n", 1)[0] + b"\n\n"
        else:
            self.box.whole += 1
        self.say(f"* {number} FETCH (UID {number} {name} {{{len(content)}}}".encode())
        self.say(content + b")")


class Imap:
    """A mailbox on this machine that speaks as much IMAP4rev1 as is asked of it."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.seen: set[int] = set()
        self.port, self.whole = 0, 0
        self.server: socketserver.ThreadingTCPServer | None = None

    def start(self) -> None:
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        handler = type("Own", (Speaker,), {"box": self})
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def put(self, letter: EmailMessage) -> None:
        self.letters.append(letter.as_bytes())


@pytest.fixture
def imap() -> Iterator[Imap]:
    found = Imap()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def box(imap: Imap, settings: Any, tmp_path: Any) -> Iterator[Mailbox]:
    settings.MEDIA_ROOT = tmp_path
    yield Mailbox.objects.create(
        region=Region.objects.get(code="vologda"), address=OURS, host="127.0.0.1", port=imap.port,
        tls=False, login="otklik", password="secret",
    )  # fmt: skip
    forget()


def letter(text: str, *, to: str = OURS, subject: str = "Яма", **heads: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Марфа <{ANNA}>", to, subject
    made["Message-ID"] = f"<{abs(hash((text, to, subject)))}@example.ru>"
    for name, value in heads.items():
        if (head := name.replace("_", "-")) in made:
            del made[head]
        made[head] = value
    made.set_content(text)
    return made


def looked(box: Mailbox) -> list[Any]:
    """Look into the mailbox, send what is to be sent; return the letters that went."""
    forget()
    mail.outbox.clear()
    commands.look(box, now=timezone.now)
    for row in Incoming.objects.filter(kind="inviting"):
        commands.invite(row.pk, now=timezone.now())
    return list(mail.outbox)


def asked(text: str = "Какая это улица?") -> tuple[Case, str]:
    """Return a case whose author was asked, and the address that the question came from."""
    case = opened_case(
        author=None, email=ANNA, topic="", text="ну и что это такое вообще", now=timezone.now()
    )
    cases.ask_author(case.number, text=text, by=elena(), now=timezone.now())
    forget()
    mail.outbox.clear()
    catch_up(["notifications"])
    jobs.deliver(delivery_ids=list(Delivery.objects.order_by("pk").values_list("pk", flat=True)))
    (question,) = mail.outbox
    (address,) = question.reply_to
    assert "ответьте на это письмо" in question.body.lower()
    return case, address


def test_a_reply_to_a_question_lands_in_its_case(imap: Imap, box: Mailbox) -> None:
    case, address = asked()
    said = letter(
        "Улица Ленина, дом 5\n\n-- \nМарфа\n\n24.11.2026, Отклик <otklik@example.ru> пишет:\n"
        "> Какая это улица?", to=address, subject="Re: нужно уточнить",
    )  # fmt: skip
    said.add_attachment(photo(), maintype="image", subtype="jpeg", filename="yama.jpg")
    imap.put(said)
    assert looked(box) == []
    case.refresh_from_db()
    assert case.status == "submitted"
    assert case.notes.get(kind="reply").text == "Улица Ленина, дом 5"
    assert case.report.attachments.get().mime == "image/jpeg"
    assert "letter.landed" in [entry.kind for entry in about(case.ref)]
    assert imap.seen == {1}
    imap.seen.clear()  # the server forgot that it was read
    looked(box)
    assert case.notes.filter(kind="reply").count() == 1


def test_a_word_to_a_case_at_work_is_seen_at_the_desk(imap: Imap, box: Mailbox) -> None:
    case = opened_case(author=None, email=ANNA, now=timezone.now())
    imap.put(letter("Яма стала больше", subject=f"Re: № {case.spoken}: принято в работу"))
    assert looked(box) == []
    assert case.lines.get(official=None).text == "Яма стала больше"
    page = signed_in(boris()).get(f"/desk/c/{case.spoken}/").content.decode()
    assert "Яма стала больше" in page
    assert "Автор ответил письмом" in page


def test_a_number_alone_or_a_forged_address_opens_no_case(imap: Imap, box: Mailbox) -> None:
    case = opened_case(author=None, email="other@example.ru", now=timezone.now())
    imap.put(letter("Закройте это", subject=f"№ {case.spoken}"))
    imap.put(letter("И это", to=rules.signed_address(OURS, case.number, "abcdefgh")))
    looked(box)
    assert not case.notes.exists()
    assert set(Incoming.objects.values_list("kind", flat=True)) == {"invited", "repeated"}


def test_a_first_letter_is_invited_once_a_day_and_is_no_report(imap: Imap, box: Mailbox) -> None:
    before = Report.objects.count()
    imap.put(letter("У нас яма"))
    imap.put(letter("Ау, у нас яма"))
    (invitation,) = looked(box)
    assert invitation.to == [ANNA]
    assert "/send/" in invitation.body
    assert invitation.extra_headers["Auto-Submitted"] == "auto-generated"
    assert Report.objects.count() == before
    assert not any(each.address for each in Incoming.objects.all())


@pytest.mark.parametrize(
    "heads",
    [
        {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<n.example.ru>"},
        {"From": "MAILER-DAEMON@example.ru"}, {"Return_Path": "<>"}, {"From": OURS},
    ],
    ids=str,
)  # fmt: skip
def test_no_machine_is_answered(imap: Imap, box: Mailbox, heads: dict[str, str]) -> None:
    imap.put(letter("Я в отпуске до понедельника", **heads))
    assert looked(box) == []
    assert Incoming.objects.get().kind == "automatic"


def test_a_letter_that_is_too_long_is_not_taken_whole(
    imap: Imap, box: Mailbox, monkeypatch: Any
) -> None:
    monkeypatch.setattr("otklik.flow.channels.mailbox.inbound.LONGEST", 2000)
    imap.put(letter("а" * 5000))
    assert len(looked(box)) == 1
    assert imap.whole == 0


def test_a_mailbox_that_is_down_is_seen_and_read_later(
    imap: Imap, box: Mailbox, client: Any
) -> None:
    imap.put(letter("У нас яма"))
    imap.stop()
    assert looked(box) == []
    assert client.get("/healthz").json()["doors"]["mailbox"] == {"waiting": 0, "failing": 1}
    imap.start()
    assert looked(box) == []  # its pause is not over
    mail.outbox.clear()
    commands.look(box, now=lambda: timezone.now() + timedelta(hours=1))
    assert Incoming.objects.get().kind == "inviting"
    assert client.get("/healthz").json()["doors"]["mailbox"] == {"waiting": 1, "failing": 0}


def test_its_password_is_never_shown(box: Mailbox) -> None:
    admin = signed_in(accounts.official(accounts.ADMINISTRATOR))
    page = admin.get(f"/admin/mailbox/mailbox/{box.pk}/change/")
    assert page.status_code == 200
    assert 'value="secret"' not in page.content.decode()


def test_own_words_end_where_a_quotation_begins() -> None:
    for tail in (
        "> было", "-----Original Message-----", "On Mon, Nov 23, 2026 Otklik wrote:",
        "От: Отклик <otklik@vologda.ru>", "понедельник, 23 ноября 2026 г., Отклик написал(а):",
    ):  # fmt: skip
        assert rules.own_words(f"Да, там.\n\n{tail}\nчужое") == "Да, там."
    assert re.fullmatch(r"Яма\s+у дома", rules.read(
        b"From: a@b.ru\nContent-Type: text/html; charset=utf-8\n\n"
        + "<style>p{}</style><p>Яма</p><p>у&nbsp;дома</p>".encode()
    ).text.strip().replace("\xa0", " "))  # fmt: skip


def test_a_broken_letter_breaks_nothing() -> None:
    for content in (
        b"",
        b"\xff\xfe\x00",
        b"From: \xd0\n\n\xd0",
        b"Content-Type: text/plain; charset=no\n\nx",
    ):
        assert rules.read(content).key
