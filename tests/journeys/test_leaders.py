"""Leaders act: a red place becomes a task whose result returns to the map; the Monday report."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.answers.tests.photos import jpeg, scene
from otklik.flow.instructions import timers
from otklik.flow.instructions.jobs import make_copies
from otklik.flow.instructions.models import Instruction, InstructionFile
from otklik.flow.intake.events import ReportReceived
from otklik.flow.problems.commands import Draft, open_problem
from otklik.flow.roadmaps.models import Roadmap
from otklik.ground.kit import pdf
from otklik.journal.following import catch_up
from otklik.journal.reading import about
from otklik.readers.statistics.tests.build import base, live, tell
from tests.cast import (
    NOW,
    anna_writes,
    boris,
    bound,
    close_file,
    elena,
    opened_case,
    signed_in,
    vera,
)
from tests.journeys.test_statistics import listed, numbers

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
BODY = "adm-vologda-city"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def leader() -> Client:
    return signed_in(accounts.official(accounts.LEADER))


def soon(days: float = 2) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def given(client: Client, **more: Any) -> Instruction:
    """Let a leader give an instruction about the city of Vologda through the page."""
    said = {
        "text": "Заделать ямы на улице Мира и доложить", "organisation": BODY, "due": soon(),
        "topic": "roads-pothole", "territory": "vologda-city", "place": "vologda-city", **more,
    }  # fmt: skip
    answer = client.post("/desk/instructions/new/", said)
    assert answer.status_code == 302, re.findall(r'field__error">([^<]+)', answer.content.decode())
    return Instruction.objects.get(pk=int(answer["Location"].split("/")[-2]))


def test_a_red_place_becomes_a_task_and_its_result_returns_to_the_map() -> None:
    case = opened_case(now=timezone.now() - timedelta(hours=5))
    catch_up(["heatmap"])
    client = leader()
    form = client.get("/desk/instructions/new/?cell=vologda-city").content.decode()
    assert case.spoken in form
    assert case.organisation is not None
    assert f'value="{case.organisation.code}" selected' in form
    one = given(client, number=[case.number])
    assert one.cases.get() == case
    why = client.get("/api/heatmap/why?cell=vologda-city").json()
    assert [(each["number"], each["status"]) for each in why["instructions"]] == [(one.pk, "given")]

    city = signed_in(boris())
    assert f"/desk/instructions/{one.pk}/" in city.get("/desk/instructions/").content.decode()
    city.post(f"/desk/instructions/{one.pk}/accept/")
    city.post(f"/desk/instructions/{one.pk}/report/", {"text": "Сделали к вечеру, снимки в деле"})
    one.refresh_from_db()
    assert (one.status, one.official) == ("reported", boris())

    client.post(f"/desk/instructions/{one.pk}/send_back/", {"text": "Осталась яма у дома 12"})
    city.post(f"/desk/instructions/{one.pk}/report/", {"text": "Заделали и её"})
    client.post(f"/desk/instructions/{one.pk}/confirm/")
    told = client.get("/api/heatmap/why?cell=vologda-city").json()["instructions"]
    assert [each["status"] for each in told] == ["confirmed"]
    table = client.get("/monitor/table/").content.decode()
    assert "исполнено" in table
    assert [entry.kind for entry in about(one.ref)] == [
        "instruction.given", "instruction.accepted", "instruction.reported",
        "instruction.returned", "instruction.reported", "instruction.confirmed",
    ]  # fmt: skip
    page = client.get(f"/desk/instructions/{one.pk}/").content.decode()
    assert "Осталась яма у дома 12" in page


def menu_count(client: Client) -> str:
    """Return what the desk's menu says beside instructions."""
    page = client.get("/desk/").content.decode()
    found = re.search(r"visually-hidden\">, (новых: \d+, просрочено: \d+)<", page)
    return found[1] if found else ""


def test_the_menu_counts_instructions_that_are_new_or_late() -> None:
    city = signed_in(boris())
    assert menu_count(city) == ""
    client = leader()
    one, other = given(client), given(client)
    assert menu_count(city) == "новых: 2, просрочено: 0"
    assert menu_count(client) == ""  # they wait for another
    city.post(f"/desk/instructions/{one.pk}/accept/")
    assert menu_count(city) == "новых: 1, просрочено: 0"
    Instruction.objects.filter(pk=one.pk).update(due=timezone.now() - timedelta(minutes=1))
    assert menu_count(city) == "новых: 1, просрочено: 1"
    for each in (one, other):
        city.post(f"/desk/instructions/{each.pk}/report/", {"text": "Заделали к вечеру"})
    assert menu_count(city) == ""


def test_a_problem_leads_to_an_instruction_and_a_roadmap() -> None:
    case = opened_case(now=timezone.now() - timedelta(hours=5))
    assert case.topic
    assert case.organisation
    problem = open_problem(
        Draft(title="Ямы на улице Мира", topic=case.topic, kind="cluster",
              territory=case.territory, organisation=case.organisation),
        numbers=[case.number], by=elena(), now=timezone.now(),
    )  # fmt: skip
    client = leader()
    page = client.get(f"/desk/problems/{problem.pk}/").content.decode()
    to_give = re.search(r'href="(/desk/instructions/new/\?[^"]+)"', page)
    assert to_give
    assert "/desk/roadmaps/new/" not in page  # an analyst's work
    form = client.get(html.unescape(to_give[1])).content.decode()
    assert f'name="problem" value="{problem.pk}"' in form
    assert f'value="{case.organisation.code}" selected' in form
    assert "1 обращение" in form
    one = given(client, problem=str(problem.pk))
    assert (one.problem, one.cases.get()) == (problem, case)
    analyst = signed_in(vera())
    page = analyst.get(f"/desk/problems/{problem.pk}/").content.decode()
    to_plan = re.search(r'href="(/desk/roadmaps/new/\?[^"]+)"', page)
    assert to_plan
    planned = analyst.get(html.unescape(to_plan[1])).content.decode()
    assert f'name="problem" value="{problem.pk}"' in planned
    seen = signed_in(boris()).get(f"/desk/problems/{problem.pk}/").content.decode()
    assert "/desk/instructions/new/" not in seen
    assert "/desk/roadmaps/new/" not in seen


def test_a_report_is_proved_by_files_that_only_those_concerned_see(
    settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    one, city = given(leader()), signed_in(boris())
    address = f"/desk/instructions/{one.pk}/"
    form = city.get(address).content.decode()
    assert 'enctype="multipart/form-data"' in form
    bad = SimpleUploadedFile("virus.exe", b"MZ" * 100)
    refused = city.post(f"{address}report/", {"text": "Заделали к вечеру", "files": [bad]})
    assert refused.status_code == 422
    assert "такие файлы не принимаем" in refused.content.decode()
    assert "Заделали к вечеру" in refused.content.decode()
    one.refresh_from_db()
    assert one.status == "given"

    files = [SimpleUploadedFile("после.jpg", jpeg(scene(1), taken_at=NOW)),
             SimpleUploadedFile("акт.pdf", b"%PDF-1.4 act of work done")]  # fmt: skip
    city.post(f"{address}report/", {"text": "Заделали к вечеру", "files": files})
    assert about(one.ref)[-1].data["proofs"] == 2
    kept = InstructionFile.objects.get(name="после.jpg")
    make_copies(file_id=kept.pk)
    client = leader()
    page = client.get(address).content.decode()
    assert "акт.pdf" in page
    links = re.findall(r'(?:href|src)="(/desk/instructions/\d+/files/[^"]+)"', page)
    assert len(links) == 3  # the photo, its thumbnail, the paper
    elsewhere = signed_in(bound("executor", organisation="adm-cherepovets-city"))
    other = given(client)
    for link in links:
        seen: Any = client.get(link)
        assert seen.status_code == 200
        assert b"Exif" not in b"".join(seen.streaming_content)
        close_file(seen)
        assert elsewhere.get(link).status_code == 404
        assert signed_in(accounts.person(accounts.CITIZEN)).get(link).status_code == 404
        moved = link.replace(address, f"/desk/instructions/{other.pk}/")
        assert client.get(moved).status_code == 404
    assert client.get(f"{address}files/{kept.token}/else/").status_code == 404


def test_citizens_and_strangers_hear_nothing_of_instructions() -> None:
    opened_case(now=timezone.now() - timedelta(hours=5))
    one = given(leader())
    catch_up(["heatmap"])
    assert one.status == "given"
    assert "instructions" not in signed_in(None).get("/api/heatmap/why?cell=vologda-city").json()
    elsewhere = signed_in(bound("executor", organisation="adm-cherepovets-city"))
    assert elsewhere.get(f"/desk/instructions/{one.pk}/").status_code == 404
    assert elsewhere.get("/desk/instructions/").status_code == 403
    city = signed_in(boris())
    assert city.post(f"/desk/instructions/{one.pk}/confirm/").status_code == 403
    assert city.get("/desk/instructions/new/").status_code == 403


def test_a_head_instructs_within_their_powers_only() -> None:
    head = signed_in(bound("head", organisation=BODY, home=BODY))
    said = {"text": "Заделать яму и доложить", "due": soon(), "territory": "", "topic": ""}
    answer = head.post("/desk/instructions/new/", {**said, "organisation": "adm-cherepovets-city"})
    assert answer.status_code == 422
    assert "не достают" in answer.content.decode()
    assert "Заделать яму и доложить" in answer.content.decode()
    assert head.post("/desk/instructions/new/", {**said, "organisation": BODY}).status_code == 302
    assert head.get("/desk/instructions/new/?cell=nowhere").status_code == 404


def test_bad_input_is_told_and_nothing_is_lost() -> None:
    client = leader()
    past = client.post("/desk/instructions/new/", {
        "text": "Заделать яму и доложить", "organisation": BODY, "due": soon(-1),
    })  # fmt: skip
    assert "Срок должен быть впереди" in past.content.decode()
    one = given(client)
    empty = signed_in(boris()).post(f"/desk/instructions/{one.pk}/report/", {"text": " "})
    assert empty.status_code == 422
    assert "Напишите, что сделано" in empty.content.decode()
    moved = client.post(
        f"/desk/instructions/{one.pk}/extend/", {"text": "Ждём асфальт", "due": soon(-3)}
    )
    assert "Ждём асфальт" in moved.content.decode()


def test_nobody_checks_a_report_of_their_own_and_a_missed_date_is_told_once() -> None:
    both = bound("head", organisation=BODY, home=BODY)
    client = signed_in(both)
    one = given(client)
    client.post(f"/desk/instructions/{one.pk}/report/", {"text": "Сделал сам"})
    said = client.post(f"/desk/instructions/{one.pk}/confirm/")
    assert "Свой отчёт проверяет другой" in said.content.decode()
    late = given(client)
    later = timezone.now() + timedelta(days=3)
    assert timers.run(later) == 1
    assert timers.run(later) == 0
    late.refresh_from_db()
    assert late.overdue_at == later
    client.post(f"/desk/instructions/{late.pk}/extend/", {"text": "Ждём асфальт", "due": soon(5)})
    late = Instruction.objects.get(pk=late.pk)
    assert (late.overdue_at, late.extensions) == (None, 1)


# The Monday report.


@pytest.fixture
def week() -> str:
    """Return the query of a period in which much happened, with an instruction given in it."""
    now = timezone.now()
    live(16, now=now)
    anna_writes(now=now - timedelta(hours=1))
    catch_up(["statistics", "heatmap"])
    given(leader())
    since, until = timezone.localtime(now - timedelta(days=8)), timezone.localtime(now)
    return f"since={since:%Y-%m-%d}&until={until:%Y-%m-%d}"


def test_the_monday_report_equals_the_lists_behind_it(week: str) -> None:
    client = signed_in(vera())
    page = client.get(f"/desk/report/?{week}").content.decode()
    told = numbers(page)
    assert len(told) > 60
    assert any("/desk/instructions/" in address and count == 1 for address, count in told.items())
    wrong = [
        f"{address}: {count}" for address, count in told.items() if listed(client, address) != count
    ]
    assert not wrong


def test_paper_and_sheet_say_what_the_page_says(week: str) -> None:
    client = signed_in(vera())
    page = client.get(f"/desk/report/?{week}").content.decode()
    at = re.search(r"report\.xlsx\?([^\"]+)", page)
    assert at is not None
    query = html.unescape(at[1])
    figures = sorted(int(n) for n in re.findall(r'data-count="(\d+)"', page))
    book = zipfile.ZipFile(io.BytesIO(client.get(f"/desk/report.xlsx?{query}").content))
    cells = "".join(
        book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name
    )
    linked = set(re.findall(r'<hyperlink ref="([A-Z]+\d+)"', cells))
    assert linked
    assert "<f>" not in cells
    values = [
        int(value)
        for name in book.namelist() if "worksheets/sheet" in name
        for sheet in [book.read(name).decode()]
        for ref in re.findall(r'<hyperlink ref="([A-Z]+\d+)"', sheet)
        for value in re.findall(rf'<c r="{ref}"[^>]*><v>(\d+)</v>', sheet)
    ]  # fmt: skip
    assert sorted(values) == figures
    if not pdf.available():
        pytest.skip("no Pango here")
    drawn = client.get(f"/desk/report.pdf?{query}")
    assert drawn["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(drawn.content)
    paper = " ".join(each.get_textpage().get_text_bounded() for each in document)
    document.close()
    shown = re.sub(r"<[^>]+>", " ", page[page.index('id="s_main"') :])
    wanted = re.findall(r"\d+(?:,\d+)?", html.unescape(shown))
    said = re.findall(r"\d+(?:,\d+)?", paper)
    for number in set(wanted):
        assert said.count(number) >= wanted.count(number), number


def test_last_week_runs_from_monday_to_sunday() -> None:
    page = signed_in(vera()).get("/desk/report/").content.decode()
    since = re.search(r'name="since" value="([\d-]+)"', page)
    until = re.search(r'name="until" value="([\d-]+)"', page)
    assert since is not None
    assert until is not None
    first, last = date.fromisoformat(since[1]), date.fromisoformat(until[1])
    assert (first.weekday(), (last - first).days) == (0, 6)
    assert 0 < (timezone.localtime().date() - last).days <= 7


# Roadmaps.


def test_repeated_complaints_become_a_roadmap_with_an_effect() -> None:
    now = timezone.now()
    tell([
        ReportReceived(
            **base(10 * week + n + 1, now - timedelta(weeks=week, hours=2 + n)),
            report=10 * week + n + 1, place="pin", channel="site", topic="waste-not-collected",
            territory="vologda-city",
        )
        for week in range(10) for n in range(8 if week > 4 else 2)
    ])  # fmt: skip
    catch_up(["statistics"])
    client = signed_in(vera())
    listing = client.get("/desk/roadmaps/").content.decode()
    offered = re.search(r'/desk/roadmaps/new/\?([^"]*waste[^"]*)"', listing)
    assert offered is not None
    assert client.get(f"/desk/roadmaps/new/?{html.unescape(offered[1])}").status_code == 200
    today = timezone.localtime(now).date()
    made = client.post("/desk/roadmaps/new/", {
        "title": "Мусор вывозят вовремя", "topic": "waste-not-collected",
        "territory": "vologda-city", "cause": "Один мусоровоз на три района",
        "baseline_since": today - timedelta(weeks=10), "baseline_until": today - timedelta(weeks=5),
        "target": 40,
    })  # fmt: skip
    assert made.status_code == 302
    address = made["Location"]
    due = today + timedelta(days=9)
    bad = client.post(f"{address}plan/", {"what": "Купить второй мусоровоз", "due": due})
    assert bad.status_code == 422
    assert "Купить второй мусоровоз" in bad.content.decode()
    client.post(f"{address}plan/", {"what": "Купить второй мусоровоз", "organisation": BODY,
                                    "due": due, "budget": "9 500 000"})  # fmt: skip
    measure = Roadmap.objects.get().measures.get()
    client.post(f"{address}settle/", {
        "measure": measure.pk, "done": "1", "on": today - timedelta(weeks=5),
    })  # fmt: skip
    page = client.get(address).content.decode()
    assert "достигнута" in page
    assert "Купить второй мусоровоз" in page
    told = numbers(page)
    assert all(listed(client, address) == count for address, count in told.items())
    client.post(f"{address}close/", {"conclusion": "Второй мусоровоз ходит ежедневно"})
    assert client.post(f"{address}close/", {"conclusion": "Ещё раз"}).status_code == 422
    assert signed_in(boris()).post(f"{address}close/", {"conclusion": "Я"}).status_code == 403
