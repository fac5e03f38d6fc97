"""Every cell of docs/reference/access.md, tried at its door."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse

from otklik.demo import accounts
from otklik.demo.seeding import everybody
from otklik.faces import errors, matrix
from otklik.faces.management.commands.docs import PAGES
from otklik.faces.matrix import (
    ABSENT,
    FORBIDDEN,
    LOGIN,
    OF_A_CASE,
    OF_OTHERS,
    OTHERS,
    SCOPES,
    SECTIONS,
    YES,
)
from otklik.flow.cases import commands
from otklik.flow.cases.models import Case
from otklik.flow.cases.rules import BY_VERB
from otklik.flow.intake.models import Attachment
from otklik.flow.privacy.models import Erasure, Export
from otklik.flow.refusals.models import Contest
from otklik.ground.accounts.models import Membership, Person
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.readers.live.queries import listener
from tests.cast import NOW, bound, close_file, opened_case, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
ROOT = Path(__file__).resolve().parent.parent.parent
HOUR = timedelta(hours=1)
BODY, PLACE, TOPIC = "adm-vologda-city", "vologda-city", "government"
ANSWER = "Разобрались с этим 25 ноября, сотрудник наказан, впредь будем вежливы"


of_others: dict[str, dict[str, list[str]]] = {}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse with no page, print with no drawing: thousands are heard, looks are not the point."""
    monkeypatch.setattr("weasyprint.HTML.write_pdf", lambda *_, **__: b"%PDF-1.7")
    monkeypatch.setattr(errors, "_page", lambda _request, status: HttpResponse(status=status))
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)


@cache
def printed() -> dict[str, tuple[dict[str, list[str]], dict[str, str]]]:
    """Read the page back: role → (door → cells by scope, section → cell)."""
    found = {}
    for part in (ROOT / "docs/reference/access.md").read_text().split("\n## ")[1:]:
        code = re.search(r"\(`(\w+)`\)", part)
        assert code is not None
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in part.splitlines()
            if line.startswith("| ") and "---" not in line
        ]
        cases = {row[0]: row[2:] for row in rows if len(row) == 7}
        sections = {row[0]: row[2] for row in rows if len(row) == 3}
        found[code[1]] = cases, sections
        of_others[code[1]] = {row[0]: row[2:] for row in rows if len(row) == 4}
    return found


def roles() -> list[matrix.RoleInPrint]:
    return matrix.roles_in_print(yaml.safe_load((settings.REGION_DATA / "roles.yaml").read_text()))


GIVEN = [each.code for each in roles() if each.scope in {"organisation", "region"}]


def test_the_generated_pages_are_fresh() -> None:
    for name, write in PAGES.items():
        assert (ROOT / name).read_text() == write(), f"{name}: run `otklik docs`"


def test_the_page_has_every_role_every_door_and_only_known_words() -> None:
    assert set(printed()) == {role.code for role in roles()}
    for cases, sections in printed().values():
        assert list(cases)[1:] == [door.title for door in OF_A_CASE]
        assert list(sections)[1:] == [door.title for door in SECTIONS]
        cells = [cell for title, row in cases.items() if title != "Обращение" for cell in row]
        assert {*cells} <= {YES, FORBIDDEN, ABSENT, LOGIN}


@pytest.fixture
def cases(world: None) -> dict[str, dict[str, Case]]:
    """Return for each scope a case in each state that some verb needs."""
    return {scope: dict(_states(scope)) for scope in SCOPES}


def _states(scope: str) -> Iterator[tuple[str, Case]]:
    topic = "gov-bribe" if scope == SCOPES[4] else "gov-rude-official"
    for state in ("submitted", "contested", "assigned", "approval", "answered", "disputed"):
        photo = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
        case = opened_case(topic=topic, text="Грубят в очереди", files=[photo], wants_public=False)
        _lead(case, state)
        moved: dict[str, Any] = {"organisation": organisations()[BODY], "executor": None}
        if scope == SCOPES[1]:
            moved["organisation"] = organisations()["adm-cherepovets-city"]
        elif scope == SCOPES[2]:
            moved["territory"] = territories()["cherepovets-city"]
        elif scope == SCOPES[3]:
            moved["topic"] = _topic("roads-pothole")
        if state in {"submitted", "contested"}:
            moved["status"] = state
        if state == "contested":
            Contest.objects.create(region=case.region, case=case, text="Это не спам", at=NOW)
        Case.objects.filter(pk=case.pk).update(**moved)
        case.refresh_from_db()
        yield state, case


def _topic(code: str) -> Any:
    from otklik.ground.topics.queries import topics  # noqa: PLC0415

    return topics().by_code[code]


def _lead(case: Case, state: str) -> None:
    staff, approver = everybody(), accounts.official(accounts.APPROVER)
    if state in {"approval", "answered", "disputed"}:
        commands.start_case(case.number, by=staff, now=NOW + HOUR)
        commands.submit_answer(
            case.number, text=ANSWER, result="explained", by=staff, now=NOW + HOUR
        )
    if state in {"answered", "disputed"}:
        commands.approve_answer(case.number, by=approver, now=NOW + 2 * HOUR)
    if state == "disputed":
        commands.dispute_case(case.number, text="Нет", by="anonymous", now=NOW + 3 * HOUR)


def _state_for(door: matrix.Door) -> str:
    transition = BY_VERB.get(door.code)
    if transition is None:
        return "assigned"
    for state in ("assigned", "submitted", "contested", "approval", "answered", "disputed"):
        if state in transition.sources:
            return state
    raise AssertionError(door.code)


def _heard(client: Client, door: matrix.Door, case: Case) -> str:
    """Knock and say what came, in the page's words; whatever was done is undone."""
    mark = transaction.savepoint()
    try:
        return _word(_knock(client, door, case), case, door)
    finally:
        transaction.savepoint_rollback(mark)


def _knock(client: Client, door: matrix.Door, case: Case) -> HttpResponse:
    method, address = door.address.split()
    token = Attachment.objects.get(report=case.report).token
    address = address.format(number=case.spoken, token=token)
    if door.code == "point":
        address += "?status="
    answer: Any = client.post(address) if method == "POST" else client.get(address)
    return answer  # type: ignore[no-any-return]


def _word(answer: HttpResponse, case: Case, door: matrix.Door) -> str:
    if answer.status_code == 302 and "/accounts/" in answer["Location"]:
        return LOGIN
    if answer.status_code in {403, 404} and door.code not in {"row", "point"}:
        return str(answer.status_code)
    if door.code in {"row", "point"}:
        there = answer.status_code == 200 and f"/desk/c/{case.spoken}/" in answer.content.decode()
        return YES if there else ABSENT
    close_file(answer)
    assert answer.status_code in {200, 202, 302, 422}, (door.code, answer.status_code)
    return YES


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_each_cell_of_a_case(cases: dict[str, dict[str, Case]]) -> None:
    clients = {
        role: signed_in(bound(role, organisation=BODY, territory=PLACE, topic=TOPIC))
        for role in GIVEN
    }
    clients["guest"] = signed_in(None)
    clients["applicant"] = signed_in(accounts.person(accounts.NEIGHBOUR))
    wrong = []
    for role, client in clients.items():
        for door in OF_A_CASE:
            for place, scope in enumerate(SCOPES):
                said = printed()[role][0][door.title][place]
                heard = _heard(client, door, cases[scope][_state_for(door)])
                if heard != said:
                    wrong.append(f"{role}, {door.code}, {scope}: printed {said}, heard {heard}")
    assert not wrong


@pytest.mark.parametrize("role", ["guest", "applicant", *GIVEN])
def test_each_section(role: str) -> None:
    wide = {each.code: each.scope for each in roles()}[role] == "region"
    official = None
    if role in GIVEN:
        official = bound(role, organisation="" if wide else BODY)
    person = accounts.person(accounts.NEIGHBOUR) if role == "applicant" else official
    client = signed_in(person)
    for door in SECTIONS:
        said = printed()[role][1][door.title]
        assert _met(client, door) == said, door.code


def _met(client: Client, door: matrix.Door) -> str:
    address = door.address.split()[1]
    common = "как всем"
    if door.code in {"wall", "live"}:
        page = client.get("/monitor/").content.decode()
        found = re.search(r'data-token="([^"]*)"', page)
        assert found is not None
        if door.code == "wall":
            return YES if found[1] else common
        return YES if listener(found[1].replace("&#x27;", "'")) else common
    if door.code == "boards":
        return YES if "overdue" in client.get(address).json() else common
    if door.code == "side":
        return common if client.get(address).json()["public"] else YES
    if door.code == "cells":
        return YES if client.get(address).status_code == 200 else common
    if door.code == "why":
        return _why(client)
    answer: Any = client.get(address) if door.address.startswith("GET") else client.post(address)
    if answer.status_code == 302:
        return LOGIN
    return YES if answer.status_code in {200, 204, 422} else str(answer.status_code)


def _why(client: Client) -> str:
    """Whether cases are listed behind a colour: asked of the door with the list stood in for."""
    from unittest.mock import patch  # noqa: PLC0415

    with patch("otklik.faces.api.views.heat.why", return_value={}) as asked:
        client.get("/api/heatmap/why?cell=vologda-city")
    return YES if asked.call_args.kwargs["shown"] is not None else "как всем"


def test_no_role_of_the_file_sees_the_closed_contour_but_its_own() -> None:
    assert {role.code for role in roles() if "see_closed_topics" in role.permissions} == {
        "closed_contour", "closed_contour_head",
    }  # fmt: skip
    held = Membership.objects.filter(role__permissions__contains=["see_closed_topics"])
    assert {each.official.person.email.partition("@")[0] for each in held} == {
        "contour", "contourhead",
    }  # fmt: skip


@pytest.fixture
def others(world: None) -> dict[str, dict[str, int]]:
    """Return for each scope what belongs to somebody of the body, or of another one."""
    made = {}
    for scope, body in zip(OTHERS, (BODY, "adm-cherepovets-city"), strict=True):
        asker = bound("coordinator", organisation=body, home=body)
        export = Export.objects.create(
            region=asker.region, asked_by=asker, asked_at=NOW, reason="Для отчёта", format="csv",
            columns=["number"],
        )  # fmt: skip
        person = bound("vote_organiser", organisation=body, home=body)
        citizen = Person.objects.create_user(f"{body}@example.ru", None, region=asker.region)
        erasure = Erasure.objects.create(region=asker.region, person=citizen, asked_at=NOW)
        made[scope] = {"official": person.pk, "give": person.pk, "decide": export.pk,
                       "take": export.pk, "erase": erasure.pk}  # fmt: skip
    return made


@pytest.mark.parametrize("role", ["guest", "applicant", *GIVEN])
def test_each_cell_of_what_belongs_to_others(role: str, others: dict[str, dict[str, int]]) -> None:
    wide = {each.code: each.scope for each in roles()}[role] == "region"
    official = None
    if role in GIVEN:
        official = bound(role, organisation="" if wide else BODY, home="cur" if wide else BODY)
    client = signed_in(accounts.person(accounts.NEIGHBOUR) if role == "applicant" else official)
    printed()
    for door in OF_OTHERS:
        for place, scope in enumerate(OTHERS):
            method, address = door.address.split()
            address = address.format(id=others[scope][door.code])
            mark = transaction.savepoint()
            answer: Any = client.post(address) if method == "POST" else client.get(address)
            transaction.savepoint_rollback(mark)
            heard = str(answer.status_code)
            if answer.status_code == 302 and "/accounts/" in answer["Location"]:
                heard = LOGIN
            elif answer.status_code in {200, 302, 422}:
                heard = YES
            assert heard == of_others[role][door.title][place], (door.code, scope)
