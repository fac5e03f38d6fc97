"""Two officials press at once: one wins, the other is told what happened and loses no text."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections
from django.utils import timezone

from otklik.flow.cases import commands
from otklik.flow.cases.models import Answer, Assignment, Case
from otklik.flow.cases.queries import state_of
from otklik.flow.triage.commands import decide
from otklik.flow.triage.models import Decision
from otklik.flow.triage.queries import classify
from tests.cast import anna_writes, boris, bound, clara, denis, elena, opened_case, signed_in

if TYPE_CHECKING:
    from django.http import HttpResponse

    from otklik.ground.accounts.models import Official

HOUR = timedelta(hours=1)
FIRST = "Яму заделали 25 ноября силами подрядчика, стояла три дня"
SURE = {"overrule": "on", "overrule_reason": "Проверено на месте"}
SECOND = "Бригада выезжает завтра утром, заделаем до вечера четверга"


def form(case: Case, **fields: str) -> dict[str, str]:
    """Return what a page shown now would send."""
    case.refresh_from_db()
    shown = timezone.now().isoformat()
    return {"once": uuid.uuid4().hex, "state": state_of(case), "shown_at": shown, **fields}


def at_work() -> Case:
    case = opened_case(now=timezone.now())
    commands.start_case(case.number, by=boris(), now=timezone.now())
    return case


def waiting() -> Case:
    case = at_work()
    commands.submit_answer(
        case.number, text=FIRST, result="explained", by=boris(), now=timezone.now()
    )
    return case


def at_once(*presses: tuple[Official, str, dict[str, str]]) -> list[HttpResponse]:
    """Press each form from a browser and a connection of its own, all at the same moment."""
    clients = [signed_in(official) for official, _, _ in presses]
    barrier = threading.Barrier(len(presses))
    answers: list[Any] = [None] * len(presses)

    def run(place: int) -> None:
        _, address, fields = presses[place]
        barrier.wait()
        try:
            answers[place] = clients[place].post(address, fields)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(presses))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


Presses = list[tuple["Official", str, dict[str, str]]]


def two_answers() -> Presses:
    case = at_work()
    other = bound("executor", organisation="adm-vologda-city", home="adm-vologda-city")
    address = f"/desk/c/{case.spoken}/submit/"
    return [
        (boris(), address, form(case, text=FIRST, result="explained")),
        (other, address, form(case, text=SECOND, result="explained")),
    ]


def two_approvals() -> Presses:
    case = waiting()
    address = f"/desk/c/{case.spoken}/approve/"
    return [(who, address, form(case, **SURE)) for who in (clara(), denis())]


def an_approval_and_a_return_for_rework() -> Presses:
    case = waiting()
    page = f"/desk/c/{case.spoken}/"
    return [
        (clara(), f"{page}approve/", form(case, **SURE)),
        (denis(), f"{page}send_back/", form(case, comment="Назовите дату и подрядчика")),
    ]


def handing_over_and_returning() -> Presses:
    case = opened_case(now=timezone.now())
    page = f"/desk/c/{case.spoken}/"
    return [
        (elena(), f"{page}assign/", form(case, organisation="adm-cherepovets-city")),
        (boris(), f"{page}return/", form(case, reason="other", note="Дорога областная")),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("world")
def test_at_the_same_moment_one_wins_and_the_other_keeps_the_text() -> None:
    for made in (
        two_answers, two_approvals, an_approval_and_a_return_for_rework, handing_over_and_returning,
    ):  # fmt: skip
        presses = made()
        number = presses[0][1].split("/")[3].replace("-", "")
        before = _kept(number)
        answers = at_once(*presses)
        assert sorted(answer.status_code for answer in answers) == [302, 409], made
        place = next(n for n, answer in enumerate(answers) if answer.status_code == 409)
        page = answers[place].content.decode()
        assert "Пока вы писали" in page
        fields = presses[place][2]
        for name in ("text", "comment", "note"):
            assert fields.get(name, "") in page, made
        after = _kept(number)
        assert sum(after) - sum(before) <= 1, made


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("world")
def test_two_who_decide_at_once_about_a_message_open_one_case() -> None:
    receipt = anna_writes(now=timezone.now())
    barrier, told = threading.Barrier(2), list[object]()

    def run() -> None:
        barrier.wait()
        try:
            told.append(decide(receipt.report_id, now=timezone.now()))
        except Exception as failure:  # noqa: BLE001  (whatever it is, the test must see it)
            told.append(failure)
        finally:
            connections.close_all()

    classify("яма на дороге", now=timezone.now())  # both then come to the row together
    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(each).__name__ for each in told) == ["Decision", "NoneType"]
    assert Case.objects.filter(report=receipt.report_id).count() == 1
    assert Decision.objects.filter(report=receipt.report_id).count() == 1


def _kept(number: str) -> tuple[int, int]:
    answers = Answer.objects.filter(case__number=number).count()
    return answers, Assignment.objects.filter(case__number=number).count()


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
class TestTheSecond:
    def test_is_told_who_did_what_and_when_and_keeps_the_text(self) -> None:
        case = at_work()
        fields = form(case, text=SECOND, result="explained")
        moment = timezone.now() + timedelta(seconds=1)
        commands.submit_answer(case.number, text=FIRST, result="explained", by=boris(), now=moment)
        commands.approve_answer(case.number, by=clara(), now=moment)
        other = bound("executor", organisation="adm-vologda-city", home="adm-vologda-city")
        answer = signed_in(other).post(f"/desk/c/{case.spoken}/submit/", fields)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert f"{timezone.localtime(moment):%H:%M} — Дан ответ: Клара Зимина" in page
        assert SECOND in page

    def test_keeps_the_text_even_when_the_case_went_out_of_sight(self) -> None:
        from otklik.ground.organisations.queries import organisations  # noqa: PLC0415

        case = opened_case(now=timezone.now())
        fields = form(case, reason="other", note="Дорога областная, не наша")
        commands.assign_case(
            case.number, organisation=organisations()["adm-cherepovets-city"], by=elena(),
            now=timezone.now(),
        )  # fmt: skip
        answer = signed_in(boris()).post(f"/desk/c/{case.spoken}/return/", fields)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "уже не у вас" in page
        assert "Дорога областная, не наша" in page
        assert "Передано ответственному: Елена Морозова" in page
        stranger = bound("executor", organisation="adm-cherepovets-city")
        commands.return_case(
            case.number, reason="other", note="Не наше", by=stranger, now=timezone.now()
        )
        outside = bound("executor", organisation="hotline-122", home="hotline-122")
        assert signed_in(outside).post(f"/desk/c/{case.spoken}/return/", fields).status_code == 404

    def test_may_press_again_knowingly(self) -> None:
        case = waiting()
        commands.send_back(case.number, comment="Назовите дату", by=denis(), now=timezone.now())
        commands.submit_answer(
            case.number, text=SECOND, result="explained", by=boris(), now=timezone.now()
        )
        stale = {**form(case, **SURE), "state": "approval.old"}
        client = signed_in(clara())
        assert client.post(f"/desk/c/{case.spoken}/approve/", stale).status_code == 409
        assert client.post(f"/desk/c/{case.spoken}/approve/", form(case, **SURE)).status_code == 302
