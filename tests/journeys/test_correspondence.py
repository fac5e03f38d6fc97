"""Author and executor write to each other in the case; nobody else reads it, no clock stops."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.correspondence.commands import write_back, write_to_author
from otklik.flow.correspondence.models import Remark
from otklik.flow.privacy.commands import depersonalise
from otklik.journal.following import catch_up
from otklik.journal.reading import about
from otklik.readers.notifications import jobs
from tests.cast import boris, opened_case, signed_in, vera

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
ASKED = "Во сколько вас застать дома?"
SAID = "После шести, звоните +7 921 555-01-42"


def paper(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")


def at_work() -> Case:
    return opened_case(now=timezone.now() - timedelta(hours=1))


def test_an_executor_writes_the_author_answers_and_both_see_what_is_new() -> None:
    case = at_work()
    due, boris_s, anna = case.due, signed_in(boris()), signed_in(accounts.person(accounts.CITIZEN))
    desk, own = f"/desk/c/{case.spoken}/", f"/m/{case.spoken}/"
    boris_s.post(f"{desk}write/", {"text": ASKED, "files": [paper("plan.pdf")]})
    catch_up()
    jobs.sweep(0)
    (letter,) = [each for each in mail.outbox if ASKED in each.body]
    assert letter.to == ["anna@example.ru"]
    assert case.spoken in anna.get("/cabinet/").content.decode()
    first = anna.get(own).content.decode()
    assert ASKED in first
    assert "plan.pdf" in first
    assert "новое" in first
    assert ">новое<" not in anna.get(own).content.decode(), "read once"

    anna.post(f"{own}write/", {"text": SAID, "photos": [paper("scan.pdf")]})
    queue = boris_s.get("/desk/?status=open").content.decode()
    assert "пишет автор" in queue
    assert "Пишут авторы" in queue
    masked = signed_in(vera()).get(desk).content.decode()
    assert "После шести" in masked
    assert "555-01-42" not in masked
    assert "scan.pdf" not in masked
    assert "пишет автор" in boris_s.get("/desk/?status=open").content.decode(), "Vera answers not"
    assert "После шести" in boris_s.get(desk).content.decode()
    assert "пишет автор" not in boris_s.get("/desk/?status=open").content.decode()

    case.refresh_from_db()
    assert (case.due, case.paused_at, case.status) == (due, None, "assigned")
    public = signed_in(None).get(own).content.decode()
    assert case.public
    assert "После шести" not in public
    assert "Сотрудник написал" not in public
    (file,) = case.lines.get(official=None).files.all()
    for variant in ("original", "public", "thumbnail"):
        assert signed_in(None).get(f"/files/{file.token}/{variant}").status_code == 404
    assert not any(SAID in str(entry.data) for entry in about(case.ref))


def test_too_much_in_a_row_waits_for_an_answer_and_nothing_typed_is_lost() -> None:
    case, anna = at_work(), signed_in(accounts.person(accounts.CITIZEN))
    for _ in range(5):
        write_back(case.number, text="Ну когда?", by="anonymous", now=timezone.now())
    refused = anna.post(f"/m/{case.spoken}/write/", {"text": "Ау, вы где?"})
    assert refused.status_code == 422
    assert "дождитесь ответа" in refused.content.decode()
    assert "Ау, вы где?" in refused.content.decode()
    write_to_author(case.number, text="Завтра с утра", by=boris(), now=timezone.now())
    assert anna.post(f"/m/{case.spoken}/write/", {"text": "Спасибо"}).status_code == 302
    assert signed_in(None).post(f"/m/{case.spoken}/write/", {"text": "Я чужой"}).status_code == 404


def test_what_was_written_is_masked_and_its_files_go_when_the_author_is_forgotten() -> None:
    case = at_work()
    write_back(case.number, text=SAID, files=[paper("a.pdf")], by="anonymous", now=timezone.now())
    depersonalise([case.report], now=timezone.now())
    line = Remark.objects.get(case=case)
    assert "555-01-42" not in line.text
    assert not line.files.exists()
