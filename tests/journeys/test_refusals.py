"""A refusal that is not right is put right: by its author's word, and by a weekly sample."""

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
from otklik.flow.control.queries import keeping
from otklik.flow.refusals import commands, queries, timers
from otklik.flow.refusals.models import Check
from otklik.ground.kit.memo import forget
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


def test_a_weekly_sample_of_refusals_is_looked_at_by_others_and_counted() -> None:
    region = elena().region
    region.settings = {**region.settings, "refusal_share": 50}
    region.save()
    forget()
    now = timezone.now()
    cases = [refused(days=7 + timezone.localdate(now).weekday()) for _ in range(3)]
    assert timers.run(now) == 2, "half of three, rounded up"
    assert timers.run(now) == 0, "once a week"
    drawn = list(Check.objects.order_by("pk"))
    lots = sorted(cases, key=lambda case: queries.lot(drawn[0].draw.week, case.number))
    assert [each.case for each in drawn] == lots[:2], "by secret lots, the same whoever draws"

    own = signed_in(bound("controller", home="cur"))
    assert drawn[0].case.spoken not in own.get("/desk/refusals/").content.decode()
    other = bound("controller", home="adm-vologda-city")
    page = signed_in(other)
    shown = page.get("/desk/refusals/").content.decode()
    assert all(each.case.spoken in shown for each in drawn)
    first, second = (f"/desk/refusals/{each.pk}/" for each in drawn)
    assert own.post(first, {"right": "yes"}).status_code == 404
    assert signed_in(elena()).get("/desk/refusals/").status_code == 403
    page.post(first, {"right": "yes"})
    assert page.post(second, {"right": "no"}).status_code == 422, "wrong, and why"
    page.post(second, {"right": "no", "reason": "Брани в тексте нет"})
    case = drawn[1].case
    case.refresh_from_db()
    assert (case.status, case.stage, case.closed_at) == ("submitted", "moderation", None)
    own_page = signed_in(accounts.person(accounts.CITIZEN)).get(f"/m/{case.spoken}/")
    assert "Брани в тексте нет" in own_page.content.decode()
    with pytest.raises(rules.Refused, match="own_refusal"):
        reject_case(case.number, reason="obscene", by=elena(), now=now)

    kept = keeping(other, now - timedelta(days=30), timezone.now())
    body = next(each for each in kept if each.code == elena().organisation.code)
    assert (body.counts["refusals_checked"], body.counts["refusals_wrong"]) == (2, 1)
    behind = page.get(f"/desk/gaming/refusals_wrong/?organisation={body.code}").content.decode()
    assert case.spoken in behind
    assert drawn[0].case.spoken not in behind
