"""Warnings before a deadline, escalation after it, forecasts, and how bodies keep their terms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from otklik.demo import accounts
from otklik.flow.cases import commands
from otklik.flow.cases import timers as case_timers
from otklik.flow.cases.models import Case, ClockEvent
from otklik.flow.control import queries, timers
from otklik.flow.control.commands import see_reminders, watch
from otklik.flow.control.models import Alarm, Reminder
from otklik.ground.kit.memo import forget
from otklik.ground.topics.models import DeadlinePolicy
from otklik.journal import reading
from otklik.journal.following import catch_up
from otklik.readers.statistics.models import StatRow
from tests.cast import NOW, anna_writes, boris, clara, denis, elena, opened_case, signed_in, vera

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
HOUR = timedelta(hours=1)
ANSWER = "Яму заделали 25 ноября силами подрядчика, стояла три дня"


def at_work() -> Case:
    case = opened_case()
    commands.start_case(case.number, by=boris(), now=NOW + HOUR)
    case.refresh_from_db()
    watch([case.number])
    return case


def levels(case: Case) -> list[tuple[str, bool]]:
    return list(Alarm.objects.filter(case=case).values_list("level", "late"))


def test_the_executor_is_warned_then_the_head_then_the_curator_each_once() -> None:
    DeadlinePolicy.objects.update(fallback="")  # so that one due time stays
    forget()
    case = at_work()
    assert case.due is not None
    assert timers.run(NOW + 2 * HOUR)["raised"] == 0
    moments = [case.due - timedelta(hours=1), case.due + timedelta(days=2),
               case.due + timedelta(days=9)]  # fmt: skip
    for moment in moments:
        timers.run(moment)
        timers.run(moment)
    assert levels(case) == [("executor", False), ("head", True), ("curator", True)]
    told = {level: set(Reminder.objects.filter(alarm__case=case, alarm__level=level)
            .values_list("official__person__email", flat=True))
            for level in ("executor", "head", "curator")}  # fmt: skip
    assert told["executor"] == {accounts.EXECUTOR.email}
    assert accounts.APPROVER.email in told["head"]
    assert accounts.SECOND_APPROVER.email in told["curator"]
    assert accounts.EXECUTOR.email not in told["head"] | told["curator"]
    kinds = [entry.kind for entry in reading.about(case.ref)]
    assert kinds.count("case.due_soon") == 1
    assert kinds.count("case.escalated") == 2


def test_a_fast_term_that_ran_out_goes_on_as_an_ordinary_one_and_stays_on_record() -> None:
    case = at_work()
    first = case.due
    assert first is not None
    assert case.policy is not None
    assert (case.policy.code, case.policy.fallback) == ("FT-10d", "ORD-30")
    timers.run(first - HOUR)
    moment = first + timedelta(minutes=1)
    for _ in range(2):
        timers.run(moment)
        case_timers.run(moment)
    case.refresh_from_db()
    assert case.policy.code == "ORD-30"
    assert case.due is not None
    assert case.registered_at is not None
    assert 28 <= (case.due - case.registered_at).days <= 30
    assert levels(case) == [("executor", False), ("head", True)]  # told the moment it failed
    kinds = [entry.kind for entry in reading.about(case.ref)]
    assert (kinds.count("case.overdue"), kinds.count("case.fell_back")) == (1, 1)
    catch_up(["statistics"])
    row = StatRow.objects.get(number=case.number)
    assert (row.first_due, row.fell_back_at) == (first, moment)
    page = signed_in(boris()).get(f"/desk/c/{case.spoken}/").content.decode()
    assert "Ускоренный срок прошёл, дальше обычный" in page

    late = case.due + timedelta(minutes=1)
    for _ in range(2):
        timers.run(late)
        case_timers.run(late)
    case.refresh_from_db()
    assert case.policy.code == "ORD-30"
    kinds = [entry.kind for entry in reading.about(case.ref)]
    assert (kinds.count("case.overdue"), kinds.count("case.fell_back")) == (2, 1)


def test_a_day_that_was_promised_is_no_fast_track_nor_is_an_emergency() -> None:
    case = at_work()
    assert case.due is not None
    commands.extend_case(
        case.number, until=case.due + timedelta(days=2), reason="Ждём асфальт", by=clara(),
        now=case.due - HOUR,
    )  # fmt: skip
    urgent = opened_case(text="В доме нет тепла", topic="heat-none", lat=59.3)
    assert timers.run(NOW + timedelta(days=40))["fallen"] == 0
    assert not commands.fall_back_case(case.number, now=NOW + timedelta(days=40))
    urgent.refresh_from_db()
    assert urgent.policy is not None
    assert urgent.policy.urgent
    assert urgent.due is not None
    assert urgent.due < NOW + timedelta(days=40)  # red until it is answered


def test_an_extended_term_is_warned_of_anew_and_an_answered_one_no_more() -> None:
    case = at_work()
    assert case.due is not None
    timers.run(case.due - HOUR)
    commands.extend_case(
        case.number, until=case.due + timedelta(days=2), reason="Ждём асфальт",
        by=clara(), now=case.due - HOUR,
    )  # fmt: skip
    watch([case.number])
    case.refresh_from_db()
    timers.run(case.due - HOUR)
    assert levels(case) == [("executor", False), ("executor", False)]
    commands.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=case.due)
    commands.approve_answer(case.number, by=clara(), now=case.due)
    watch([case.number])
    timers.run(case.due + timedelta(days=30))
    assert len(levels(case)) == 2


def test_the_desk_shows_a_badge_and_a_list_that_empties() -> None:
    case = at_work()
    assert case.due is not None
    timers.run(case.due - HOUR)
    client = signed_in(boris())
    page = client.get("/desk/reminders/").content.decode()
    assert case.spoken in page
    assert "срок близко" in page
    assert '<span class="count" data-tone="acute">1</span>' in page
    client.post("/desk/reminders/seen/", {"alarm": str(Alarm.objects.get(case=case).pk)})
    assert queries.unseen(boris()) == 0
    assert 'data-tone="acute">1</span>' not in client.get("/desk/reminders/").content.decode()
    assert case.spoken not in signed_in(vera()).get("/desk/reminders/").content.decode()


def test_one_official_cannot_empty_another_s_list() -> None:
    case = at_work()
    assert case.due is not None
    timers.run(case.due - HOUR)
    see_reminders(elena(), alarm_id=Alarm.objects.get(case=case).pk, now=case.due)
    assert queries.unseen(boris()) == 1


def answered(days: int, start: datetime) -> Case:
    case = opened_case(now=start)
    done = start + timedelta(days=days)
    commands.start_case(case.number, by=boris(), now=start + HOUR)
    commands.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=done)
    commands.approve_answer(case.number, by=clara(), now=done)
    return case


def test_a_forecast_needs_five_answers_and_is_shown_to_the_author_and_the_desk() -> None:
    start = NOW - timedelta(days=60)
    for days in (2, 3, 4, 5):
        answered(days, start)
    fresh = opened_case()
    forget()
    assert queries.forecast(fresh.topic_id, fresh.territory_id, NOW) is None
    answered(9, start)
    forget()
    found = queries.forecast(fresh.topic_id, fresh.territory_id, NOW)
    assert found is not None
    assert (found.days, found.most, found.count, found.scope) == (4, 6, 5, "here")
    elsewhere = queries.forecast(fresh.topic_id, None, NOW)
    assert elsewhere is not None
    assert elsewhere.scope == "topic"
    own = signed_in(accounts.person(accounts.CITIZEN)).get(f"/m/{fresh.spoken}/").content.decode()
    assert "Обычно отвечают за 4 дн." in own
    assert "не дольше 6 дн." in own
    desk = signed_in(boris()).get(f"/desk/c/{fresh.spoken}/").content.decode()
    assert "за 4 дн., 8 из 10 — не дольше 6" in desk


def test_gaming_is_counted_and_each_number_opens_its_very_cases() -> None:
    made = {
        "last_hour": _at_the_last_hour(), "extended": _extended(), "resent": _rejected_and_resent(),
        "returned": _returned(), "unrated": _unrated(), "reopened": _reopened(),
    }  # fmt: skip
    since, until = NOW - timedelta(days=1), NOW + timedelta(days=90)
    bodies = {each.code: each.counts for each in queries.keeping(denis(), since, until)}
    for measure, case in made.items():
        assert case.organisation is not None
        code = case.organisation.code
        listed = queries.kept_cases(denis(), measure, code, since, until)
        assert case.number in {each.number for each in listed}, measure
    for code, counts in bodies.items():
        for measure, number in counts.items():
            listed = queries.kept_cases(denis(), measure, code, since, until)
            assert len(listed) == number, (code, measure)
    body = made["extended"].organisation
    assert body is not None
    city = bodies[body.code]
    assert (city["last_hour"], city["extended"], city["returned"], city["reopened"]) == (1, 1, 1, 1)
    assert city["unrated"] == 1


def _at_the_last_hour() -> Case:
    case = at_work()
    assert case.due is not None
    late = case.due - timedelta(minutes=20)
    commands.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=late)
    commands.approve_answer(case.number, by=clara(), now=late)
    return case


def _extended() -> Case:
    case = at_work()
    assert case.due is not None
    until = case.due + timedelta(days=1)
    commands.extend_case(case.number, until=until, reason="Ждём", by=clara(), now=NOW + 2 * HOUR)
    return case


def _rejected_and_resent() -> Case:
    from otklik.flow.cases.queries import case_of_report  # noqa: PLC0415
    from otklik.flow.triage.commands import decide  # noqa: PLC0415

    receipt = anna_writes(text="Ъ", topic="", now=NOW)
    decide(receipt.report_id, now=NOW + timedelta(seconds=1))
    case = case_of_report(receipt.number)
    assert case is not None
    model = opened_case()
    Case.objects.filter(pk=case.pk).update(topic=model.topic, organisation=model.organisation)
    commands.reject_case(case.number, reason="obscene", by=elena(), now=NOW + HOUR)
    opened_case(now=NOW + timedelta(days=2))
    case.refresh_from_db()
    return case


def _returned() -> Case:
    case = opened_case()
    commands.return_case(
        case.number, reason="other", note="Это областная дорога", by=boris(), now=NOW + HOUR
    )
    return case


def _unrated() -> Case:
    case = answered(2, NOW)
    commands.close_case(case.number, now=NOW + timedelta(days=20))
    return case


def _reopened() -> Case:
    case = answered(2, NOW)
    commands.dispute_case(case.number, text="Яма на месте", by="anonymous", now=NOW + 60 * HOUR)
    commands.judge_dispute(
        case.number, upheld=True, reason="Снимок показывает яму", by=denis(), now=NOW + 61 * HOUR
    )
    return case


def test_the_page_of_gaming_is_for_those_who_see_statistics() -> None:
    _extended()
    client = signed_in(denis())
    page = client.get("/desk/gaming/?days=365").content.decode()
    assert "Как соблюдают сроки" in page
    assert signed_in(boris()).get("/desk/gaming/").status_code == 200  # a coordinator of his body
    operator = signed_in(accounts.official(accounts.OPERATOR))
    assert operator.get("/desk/gaming/").status_code == 403
    assert operator.get("/desk/gaming/extended/?organisation=cur").status_code == 403
    assert client.get("/desk/gaming/nonsense/?organisation=cur").status_code == 404


def test_every_line_of_a_clock_has_its_reason() -> None:
    _reopened()
    _extended()
    assert not ClockEvent.objects.filter(reason="").exists()
