"""A mass export takes two persons, is masked and marked, and every taking of it is on record."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.privacy import commands
from otklik.flow.privacy.models import Export
from otklik.ground.accounts.models import Look
from tests.cast import bound, denis, opened_case, signed_in, vera

if TYPE_CHECKING:
    from django.test import Client

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PHONE = "+79215550199"
EVERYTHING = ["number", "text", "address", "name", "phone", "email", "topic"]
FORM = {"status": "", "column": EVERYTHING, "reason": "Доклад губернатору", "format": "csv"}


@pytest.fixture
def case(world: None) -> Case:
    return opened_case(
        text="Яма. Звоните +7 921 555-01-77", contact="phone", phone=PHONE, email="",
        address="Вологда, улица Мира, дом 12",
    )  # fmt: skip


def asked(client: Client, **more: Any) -> Export:
    assert client.post("/desk/exports/", {**FORM, **more}).status_code == 302
    return Export.objects.latest("pk")


def allowed(export: Export, by: Official) -> None:
    answer = signed_in(by).post(f"/desk/exports/{export.pk}/decide/", {"allow": "1"})
    assert answer.status_code == 302
    commands.make_export(export.pk, now=timezone.now())  # what the job does
    export.refresh_from_db()


def taken(client: Client, export: Export) -> str:
    answer = client.post(f"/desk/exports/{export.pk}/file/")
    assert answer.status_code == 200
    return answer.content.decode("utf-8-sig")


def test_an_analysts_export_is_masked_marked_and_seen_by_the_author(case: Case) -> None:
    closed = opened_case(topic="gov-bribe", text="Взятка", wants_public=False)
    client = signed_in(vera())
    export = asked(client)
    assert client.post(f"/desk/exports/{export.pk}/file/").status_code == 404, "not allowed yet"
    allowed(export, denis())
    assert export.state == "ready"
    text = taken(client, export)
    assert text.startswith(f"Выгрузка № {export.pk} · Вера Ясенева, ЦУР")
    assert case.spoken in text
    assert closed.spoken not in text
    assert "+7 ••• ••-99" in text
    assert "А. С." in text
    for secret in (PHONE, "555-01-77", "Соколова", "дом 12"):
        assert secret not in text
    looks = Look.objects.filter(what="export")
    assert {look.subject for look in looks} == {f"case:{case.number}"}
    taken(client, export)
    assert Look.objects.filter(what="export").count() == 2, "each taking"
    author = signed_in(accounts.person(accounts.CITIZEN))
    assert "выгрузка" in author.get(f"/m/{case.spoken}/").content.decode()
    assert "выгрузка" in author.get("/cabinet/data/").content.decode()


def test_who_may_see_the_data_gets_them_whole_and_the_file_lies_sealed(case: Case) -> None:
    asker = bound("coordinator")
    export = asked(signed_in(asker))
    allowed(export, denis())
    assert PHONE in taken(signed_in(asker), export)
    stored = (Path(settings.MEDIA_ROOT) / export.file).read_bytes()
    assert PHONE.encode() not in stored
    assert "Выгрузка".encode() not in stored


def test_an_excel_file_carries_the_mark_and_no_formula(case: Case) -> None:
    opened_case(text="=HYPERLINK(1)", contact="phone", phone=PHONE, email="")
    asker = bound("coordinator")
    export = asked(signed_in(asker), format="xlsx")
    allowed(export, denis())
    content = signed_in(asker).post(f"/desk/exports/{export.pk}/file/").content
    book = zipfile.ZipFile(io.BytesIO(content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    strings = book.read("xl/sharedStrings.xml").decode()
    assert f"Выгрузка № {export.pk}" in sheet, "on each printed page"
    assert f"Выгрузка № {export.pk}" in strings
    assert "<f>" not in sheet


def test_nobody_allows_their_own_and_another_may_refuse(case: Case) -> None:
    both = signed_in(denis())  # a curator both asks and allows
    own = asked(both)
    both.post(f"/desk/exports/{own.pk}/decide/", {"allow": "1"})
    own.refresh_from_db()
    assert own.state == "asked"
    other = signed_in(bound("security_auditor"))
    other.post(f"/desk/exports/{own.pk}/decide/", {"allow": "0", "note": "Не по делу"})
    own.refresh_from_db()
    assert (own.state, own.note) == ("refused", "Не по делу")
    assert "Не по делу" in both.get("/desk/exports/").content.decode()


def test_others_exports_do_not_exist(case: Case) -> None:
    export = asked(signed_in(vera()))
    allowed(export, denis())
    for other in (denis(), bound("analyst")):
        assert signed_in(other).post(f"/desk/exports/{export.pk}/file/").status_code == 404
    head = bound("head", organisation="adm-vologda-city", home="adm-vologda-city")
    assert signed_in(head).post(f"/desk/exports/{export.pk}/decide/").status_code == 404
    assert not Look.objects.filter(what="export").exists()


def test_a_file_may_be_taken_for_a_few_days_and_is_gone_after(case: Case) -> None:
    client = signed_in(vera())
    export = asked(client)
    allowed(export, denis())
    path = Path(settings.MEDIA_ROOT) / export.file
    later = timezone.now() + timedelta(days=4)
    with time_machine.travel(later, tick=True):
        assert client.post(f"/desk/exports/{export.pk}/file/").status_code in {302, 404}
    assert commands.delete_old(now=later)["export_files"] == 1
    export.refresh_from_db()
    assert export.state == "expired"
    from otklik.flow.privacy.jobs import drop_files  # noqa: PLC0415

    drop_files(paths=[str(path.relative_to(settings.MEDIA_ROOT))])
    assert not path.exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"reason": "надо"}, "зачем нужна"), ({"column": []}, "столбцы"),
        ({"column": ["password"]}, "столбцы"), ({"since": "2031-01-01"}, "ничего нет"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_refused_and_nothing_typed_is_lost(
    case: Case, wrong: dict[str, Any], why: str
) -> None:
    page = signed_in(vera()).post("/desk/exports/", {**FORM, "reason": "Нужно для отчёта", **wrong})
    assert page.status_code == 422
    assert why in page.content.decode()
    assert str(wrong.get("reason", "Нужно для отчёта")) in page.content.decode()
    assert not Export.objects.exists()


def test_an_auditor_reads_who_took_what_and_changes_nothing(case: Case) -> None:
    client = signed_in(vera())
    export = asked(client)
    allowed(export, denis())
    taken(client, export)
    auditor = signed_in(accounts.official(accounts.AUDITOR))
    looks = auditor.get("/desk/audit/").content.decode()
    assert "Ясенева" in looks
    assert f"case:{case.number}" in looks
    assert "Ясенева" not in auditor.get("/desk/audit/?q=1111").content.decode()
    assert "Ясенева" not in auditor.get("/desk/audit/?until=2020-01-01").content.decode()
    told = auditor.get("/desk/audit/?kind=exports").content.decode()
    for sentence in ("Запрошена выгрузка", "Решение о выгрузке", "Выгрузка скачана"):
        assert sentence in told
    assert "Громов" in told, "by name, for the auditor"
    assert auditor.get("/desk/audit/?kind=logins").status_code == 200
    assert auditor.get("/desk/audit/?kind=roles").status_code == 200
    assert auditor.post("/desk/audit/").status_code == 405
    assert client.get("/desk/audit/").status_code == 403
