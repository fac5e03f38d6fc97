"""A refusal that is not right is put right: by its author's word."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import rules
from otklik.flow.cases.clockwork import policy_rules
from otklik.flow.cases.commands import reject_case
from otklik.flow.cases.queries import verbs_of
from otklik.flow.refusals import commands
from otklik.ground.organisations.queries import working_time_of
from otklik.journal.reading import about
from tests.cast import bound, elena, opened_case, signed_in

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
UNSURE = {"topic": "", "text": "ну и что это такое вообще, сколько можно"}
WORDS = "Брани нет, яма во дворе, позвоните +7 921 555-01-42"


def refused(days: int = 2) -> Case:
    """Return a message that Elena refused through the desk's verb some days ago."""
    then = timezone.now() - timedelta(days=days)
    case = opened_case(now=then, **UNSURE)
    reject_case(case.number, reason="obscene", note="Перепишите", by=elena(), now=then)
    case.refresh_from_db()
    return case


def test_a_wrong_refusal_is_contested_by_one_button_and_taken_back_by_another_moderator() -> None:
    case, anna = refused(), signed_in(accounts.person(accounts.CITIZEN))
    page = f"/m/{case.spoken}/"
    assert "Проверьте отказ" in anna.get(page).content.decode()
    empty = anna.post(f"{page}contest/", {"text": " "})
    assert empty.status_code == 422
    assert "в нескольких словах" in empty.content.decode()
    anna.post(f"{page}contest/", {"text": WORDS})
    case.refresh_from_db()
    assert (case.status, case.stage, case.closed_at) == ("contested", "refusal", None)
    assert case.stage_due is not None, "the time of judging is in the policy"
    assert "Проверяем отказ" in anna.get(page).content.decode()
    contested = about(case.ref)[-1].at

    desk = f"/desk/c/{case.spoken}/"
    assert signed_in(elena()).post(f"{desk}take_back/", {"reason": "Да"}).status_code == 422
    assert not {"take_back", "uphold_refusal"} & {each.verb for each in verbs_of(elena(), case)}
    judge = signed_in(bound("moderator"))
    shown = judge.get(desk).content.decode()
    assert "Брани нет" in shown
    assert "555-01-42" not in shown, "personal data in the objection are masked"
    assert f"/desk/c/{case.spoken}/" in judge.get("/desk/?status=disputed").content.decode()
    judge.post(f"{desk}retopic/", {"topic": "roads-pothole", "territory": "vologda-city"})
    judge.post(f"{desk}take_back/", {"reason": "Брани в тексте нет"})

    case.refresh_from_db()
    assert case.status == "assigned"
    assert case.policy is not None
    honest = rules.due(policy_rules(case.policy), contested, working_time_of(None))
    assert case.due == honest, "counted from the day when the author disagreed"
    line = case.clock.get(kind="register")
    assert "отказ отменён" in line.reason
    own = anna.get(page).content.decode()
    assert "Отказ отменён" in own
    assert "Брани в тексте нет" in own
    assert "Отказ признан неверным" in own


def test_a_refusal_that_stands_is_judged_once_and_in_its_time() -> None:
    case, anna = refused(), signed_in(accounts.person(accounts.CITIZEN))
    judge = bound("moderator")
    anna.post(f"/m/{case.spoken}/contest/", {"text": WORDS})
    signed_in(judge).post(f"/desk/c/{case.spoken}/uphold_refusal/", {"reason": "Брань в конце"})
    case.refresh_from_db()
    assert case.status == "rejected"
    assert case.closed_at is not None
    page = anna.get(f"/m/{case.spoken}/").content.decode()
    assert "Брань в конце" in page
    assert "Проверьте отказ" not in page, "once"
    again = anna.post(f"/m/{case.spoken}/contest/", {"text": "Нет"})
    assert "уже проверял" in again.content.decode()

    old = refused(days=40)
    assert "Проверьте отказ" not in anna.get(f"/m/{old.spoken}/").content.decode()
    with pytest.raises(rules.Refused, match="too_late"):
        commands.contest_refusal(old.number, text="Нет", by="anonymous", now=timezone.now())
