"""A document system dies and returns: nothing is lost, each letter comes once and in order."""

from __future__ import annotations

import base64
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from otklik.demo import accounts
from otklik.flow.appeals.models import Registration
from otklik.flow.cases.models import Case
from otklik.flow.exchange import commands, folder, queries, rules
from otklik.flow.exchange.models import Arrival, Letter, System
from otklik.ground.organisations.queries import organisations
from otklik.journal.following import catch_up
from otklik.journal.reading import about
from tests.cast import NOW, boris, clara, olga, signed_in
from tests.journeys.test_appeals import ANSWER, press, registered, sent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRET = "a-key-of-both-sides"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture(autouse=True)
def _places(settings: Any, tmp_path: Path) -> None:
    settings.SIGNER, settings.DATA, settings.MEDIA_ROOT = "test", tmp_path, tmp_path / "files"


class Documents:
    """A document system on this machine that can be switched off."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.status, self.port = 200, 0
        self.server: HTTPServer | None = None

    def start(self) -> None:
        documents = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stamp = self.headers["X-Otklik-Timestamp"]
                assert self.headers["X-Otklik-Signature"] == rules.signature(SECRET, stamp, body)
                if documents.status == 200:
                    documents.taken.append(json.loads(body))
                self.send_response(documents.status)
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


@pytest.fixture
def documents(settings: Any) -> Iterator[Documents]:
    found = Documents()
    found.start()
    settings.HTTP_INNER_HOSTS = ["127.0.0.1"]
    yield found
    found.stop()


def connected(url: str = "", organisation: str = "") -> System:
    catch_up(["exchange"])  # what was before is not told
    body = organisations()[organisation] if organisation else None
    return System.objects.create(
        region=olga().region, title="СЭД показа", url=url, secret=SECRET, token="door",
        organisation=body,
    )  # fmt: skip


def answered(case: Case) -> None:
    press(signed_in(boris()), case, "submit", NOW + DAY, **ANSWER)
    assert press(signed_in(clara()), case, "sign_answer", NOW + 2 * DAY).status_code == 302


def try_all(now: Any) -> None:
    for key in queries.due_letters(now, 100):
        commands.deliver(key, now=now)


@pytest.mark.enable_socket
def test_nothing_is_lost_while_the_system_is_down_and_each_letter_comes_once_in_order(
    documents: Documents,
) -> None:
    connected(f"http://127.0.0.1:{documents.port}/in")
    documents.stop()
    cases = [registered(), registered()]
    answered(cases[0])
    catch_up(["exchange"])
    catch_up(["exchange"])
    assert Letter.objects.count() == 3
    for n in range(1, 4):
        try_all(NOW + 2 * DAY + n * HOUR)
    tried = dict(Letter.objects.values_list("event", "tries"))
    assert tried == {"registered": 3, "answered": 0}  # the answer waits for what comes before it
    page = signed_in(olga()).get("/desk/appeals/exchange/").content.decode()
    assert "ConnectError" in page
    documents.start()
    for n in range(10, 12):
        try_all(NOW + 2 * DAY + n * HOUR)
    assert Letter.objects.filter(state="delivered").count() == 3
    try_all(NOW + 3 * DAY)
    came = [(each["case"], each["event"]) for each in documents.taken]
    assert sorted(came) == sorted(
        [(cases[0].spoken, "registered"), (cases[1].spoken, "registered"),
         (cases[0].spoken, "answered")]
    )  # fmt: skip
    assert len({each["id"] for each in documents.taken}) == 3
    last = documents.taken[-1]
    assert last["event"] == "answered"
    assert "Яму заделали" in last["answer"]["text"]
    (file,) = last["files"]
    assert base64.b64decode(file["content"]).startswith(b"%PDF-")
    assert len(file["signatures"]) == 1
    assert last["applicant"]["name"] == "Соколова Анна Ивановна"
    assert "exchange.delivered" in [each.kind for each in about(cases[0].ref)]


@pytest.mark.enable_socket
def test_what_is_refused_is_shown_and_sent_again_by_the_registrar(documents: Documents) -> None:
    connected(f"http://127.0.0.1:{documents.port}/in")
    documents.status = 400
    case = registered()
    catch_up(["exchange"])
    letter = Letter.objects.get()
    commands.deliver(letter.pk, now=NOW + DAY)
    client = signed_in(olga())
    page = client.get("/desk/appeals/exchange/?state=refused").content.decode()
    assert "HTTP 400" in page
    assert case.spoken in page
    address = f"/desk/appeals/exchange/{letter.pk}/again/"
    assert signed_in(boris()).post(address).status_code == 403
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        assert client.post(address).status_code == 302
    documents.status = 200
    try_all(NOW + 3 * DAY)
    assert [each["event"] for each in documents.taken] == ["registered"]


def test_messages_and_the_closed_contour_and_others_appeals_stay_here() -> None:
    connected(organisation="adm-cherepovets-city")
    closed, own = sent(), registered(body="adm-cherepovets-city")
    Case.objects.filter(pk=closed.pk).update(closed_contour=True)
    press(signed_in(olga()), closed, "register_appeal", NOW + HOUR)
    registered()
    complaint = sent(complaint_on="adm-cherepovets-city", appeal_kind="complaint")
    press(signed_in(olga()), complaint, "register_appeal", NOW + HOUR)
    catch_up(["exchange"])
    assert [each.case_id for each in Letter.objects.all()] == [own.pk]


def test_an_appeal_redirected_away_is_told_to_the_body_that_had_it() -> None:
    connected(organisation="adm-vologda-city")
    case = registered()
    form = {"organisation": "adm-cherepovets-city", "note": "Это другой город"}
    assert press(signed_in(clara()), case, "redirect_appeal", NOW + DAY, **form).status_code == 302
    catch_up(["exchange"])
    said = list(Letter.objects.order_by("pk").values_list("event", flat=True))
    assert said == ["registered", "redirected"]


def told(client: Client, body: dict[str, Any], *, secret: str = SECRET, at: Any = NOW) -> Any:
    content = json.dumps(body).encode()
    stamp = str(int(at.timestamp()))
    headers = {"X-Otklik-Timestamp": stamp,
               "X-Otklik-Signature": rules.signature(secret, stamp, content)}  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        return client.post(
            "/hooks/documents/door/", content, content_type="application/json", headers=headers
        )


def test_the_other_systems_number_and_file_come_back_once(client: Client) -> None:
    connected()
    case = registered()
    line = Registration.objects.get(case=case)
    body = {
        "id": "doc-7", "appeal": line.number, "external_number": "01-17/884",
        "external_date": "2026-11-25",
        "file": {"name": "../ответ.pdf", "content": base64.b64encode(PDF).decode()},
    }  # fmt: skip
    first = told(client, body)
    assert (first.status_code, first.json()) == (200, {"id": "doc-7", "repeated": False})
    again = told(client, body)
    assert again.json() == {"id": "doc-7", "repeated": True}
    line.refresh_from_db()
    assert line.external_number == "01-17/884"
    assert line.external_at is not None
    assert Arrival.objects.count() == 1
    kept = case.papers.get()
    assert (kept.kind, kept.name) == ("incoming", "_ответ.pdf")
    desk = signed_in(olga())
    assert "01-17/884" in desk.get(f"/desk/c/{case.spoken}/").content.decode()
    assert desk.get(f"/desk/c/{case.spoken}/papers/{kept.pk}/").content == PDF
    author = signed_in(accounts.person(accounts.CITIZEN))
    assert author.get(f"/m/{case.spoken}/").status_code == 200
    assert author.get(f"/m/{case.spoken}/papers/{kept.pk}/").status_code == 404, "between bodies"
    assert "01-17/884" in desk.get("/desk/appeals/exchange/").content.decode()
    assert [each.kind for each in about(case.ref)].count("exchange.arrived") == 1


def test_a_wrong_or_old_signature_and_a_strange_door_are_refused(client: Client) -> None:
    connected()
    case = registered()
    body = {"id": "1", "appeal": case.spoken, "external_number": "7"}
    assert told(client, body, secret="guessed").status_code == 403
    assert told(client, body, at=NOW - timedelta(minutes=6)).status_code == 403
    assert client.post("/hooks/documents/door/", b"{}", content_type="a/b").status_code == 403
    assert client.post("/hooks/documents/other/", b"{}", content_type="a/b").status_code == 404
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"appeal": "А-999999/26"}, "no_appeal"), ({"id": ""}, "id"),
        ({"external_number": None}, "nothing"), ({"external_date": "завтра"}, "external_date"),
        ({"file": {"name": "a.exe", "content": "TVo="}}, "kind"),
        ({"file": {"name": "a.pdf", "content": "TVo="}}, "kind"),
        ({"file": {"name": "a.pdf", "content": "?"}}, "content"), ({"file": 7}, "file"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_its_reason(
    client: Client, more: dict[str, Any], code: str
) -> None:
    connected()
    case = registered()
    answer = told(client, {"id": "1", "appeal": case.spoken, "external_number": "7", **more})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Arrival.objects.exists()


def test_a_system_of_one_body_cannot_speak_of_anothers_appeal(client: Client) -> None:
    connected(organisation="adm-cherepovets-city")
    case = registered()
    body = {"id": "1", "appeal": case.spoken, "external_number": "7"}
    assert told(client, body).json()["code"] == "no_appeal"


def lay(name: str, body: Any, root: Path) -> None:
    path = root / "exchange" / "in" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())


def names(root: Path, where: str) -> list[str]:
    return sorted(each.name.split("-", 2)[2] for each in (root / "exchange" / where).iterdir())


def test_the_folder_takes_letters_and_says_why_not(tmp_path: Path) -> None:
    case = registered()
    good = {"appeal": case.spoken, "external_number": "01-1", "file": "answer.pdf"}
    lay("a.json", good, tmp_path)
    lay("answer.pdf", PDF, tmp_path)
    lay("b.json", b"{nonsense", tmp_path)
    lay("c.json", {"appeal": "00000000", "external_number": "1"}, tmp_path)
    lay("d.json", {"appeal": case.spoken, "file": "../../secret"}, tmp_path)
    lay("e.json", {"appeal": case.spoken, "file": "none.pdf"}, tmp_path)
    lay("half.json.part", b"{", tmp_path)
    assert folder.take_all(100, now=NOW + DAY) == 1
    assert names(tmp_path, "done") == ["a-answer.pdf", "a.json"]
    assert names(tmp_path, "failed") == sorted(
        f"{each}.{kind}" for each in "bcde" for kind in ("json", "reason.txt")
    )
    assert [each.name for each in (tmp_path / "exchange/in").iterdir()] == ["half.json.part"]
    reasons = dict(queries.failures(10))
    assert any("Рядом нет файла none.pdf" in each for each in reasons.values())
    assert Registration.objects.get(case=case).external_number == "01-1"
    assert case.papers.get().name == "answer.pdf"
    page = signed_in(olga()).get("/desk/appeals/exchange/").content.decode()
    assert "Это не JSON в UTF-8" in page
    lay("again.json", good, tmp_path)  # a crash between taking and moving
    lay("answer.pdf", PDF, tmp_path)
    folder.take_all(100, now=NOW + 2 * DAY)
    assert Arrival.objects.count() == 1


def test_the_administrator_connects_a_system_and_its_history_keeps_no_key() -> None:
    client = signed_in(accounts.person(accounts.ADMINISTRATOR))
    form = {"title": "СЭД", "url": "https://sed.example.ru/in", "secret": "long-secret",
            "token": "part", "organisation": "", "active": "on"}  # fmt: skip
    assert client.post("/admin/exchange/system/add/", form).status_code == 302
    made = System.objects.get(token="part")
    assert made.secret == "long-secret"
    assert made.history.count() == 1
    assert not hasattr(made.history.get(), "secret")
    bad = client.post("/admin/exchange/system/add/", {**form, "token": "b", "url": "file:///etc"})
    assert bad.status_code == 200


def test_without_an_address_letters_are_laid_into_the_folder(tmp_path: Path) -> None:
    connected()
    case = registered()
    catch_up(["exchange"])
    try_all(NOW + DAY)
    (file,) = (tmp_path / "exchange" / "out").iterdir()
    said = json.loads(file.read_text())
    assert (said["case"], said["event"]) == (case.spoken, "registered")
    assert file.name == f"{said['id']}.json"
