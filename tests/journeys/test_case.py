from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from otklik.flow.cases import commands, queries, timers
from otklik.flow.cases.models import Case, ClockEvent
from otklik.flow.cases.queue import counts_for
from otklik.flow.cases.rules import Refused
from otklik.flow.rating.commands import rate_answer
from otklik.ground.kit.memo import forget
from otklik.journal.reading import about
from tests.cast import (
    NOW,
    anna_writes,
    boris,
    clara,
    denis,
    elena,
    galina,
    opened_case,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
ANSWER = "Яму заделали 25 ноября, работал подрядчик города, летом обновим всю улицу"
HOUR = timedelta(hours=1)


def answered(**more: Any) -> Case:
    now = more.setdefault("now", NOW)
    case = opened_case(**more)
    commands.start_case(case.number, by=boris(), now=now + HOUR)
    commands.submit_answer(
        case.number, text=ANSWER, result="explained", by=boris(), now=now + 2 * HOUR
    )
    commands.approve_answer(case.number, by=clara(), now=now + 3 * HOUR)
    case.refresh_from_db()
    return case


def kinds(case: Case) -> list[str]:
    return [entry.kind for entry in about(case.ref)]


def test_a_certain_message_goes_straight_to_its_body_with_a_due_time() -> None:
    case = opened_case()
    assert case.status == "assigned"
    assert case.organisation is not None
    assert case.due is not None
    assert case.due > NOW
    assert kinds(case) == ["case.opened", "case.registered", "case.assigned"]


def test_an_unsure_message_waits_for_a_moderator() -> None:
    case = opened_case(topic="", text="ну и что это такое вообще, сколько можно")
    assert case.status == "submitted"
    assert not case.public


def test_a_moderator_corrects_the_topic_and_takes_it_to_work() -> None:
    from otklik.flow.triage.commands import correct  # noqa: PLC0415
    from otklik.ground.topics.queries import fact  # noqa: PLC0415

    case = opened_case(topic="", text="ну и что это такое вообще, сколько можно")
    topic = fact("roads-pothole")
    assert topic is not None
    correct(case.number, topic=topic, territory=case.territory, by=elena(), now=NOW + HOUR)
    commands.register_case(case.number, by=elena(), now=NOW + HOUR)
    case.refresh_from_db()
    assert case.status == "assigned"
    assert case.topic == topic


def test_the_whole_way_to_a_confirmed_solution() -> None:
    case = answered()
    assert case.status == "answered"
    assert case.result == "explained"
    rate_answer(case.number, answer_score=5, result_score=5, now=NOW + 4 * HOUR)
    case.refresh_from_db()
    assert case.status == "resolved_confirmed"
    assert kinds(case)[-2:] == ["rating.given", "case.confirmed"]


def test_a_dispute_is_judged_by_another_and_work_goes_on_under_a_shorter_term() -> None:
    case = answered()
    rate_answer(
        case.number, answer_score=2, result_score=1, comment="Яма на месте", dispute=True,
        now=NOW + 4 * HOUR,
    )  # fmt: skip
    with pytest.raises(Refused, match="own_approval"):
        commands.judge_dispute(
            case.number, upheld=True, reason="Снимок старый", by=clara(), now=NOW + 5 * HOUR
        )
    commands.judge_dispute(
        case.number, upheld=True, reason="Снимок старый", by=denis(), now=NOW + 5 * HOUR
    )
    case.refresh_from_db()
    assert case.status == "reopened"
    assert case.result == ""
    assert case.reopenings == 1
    assert case.due is not None
    assert case.due > NOW + 5 * HOUR


def test_only_what_is_not_answered_is_red_in_the_queue() -> None:
    long_ago = NOW - timedelta(days=90)
    done, waiting = answered(now=long_ago), opened_case(now=long_ago)
    page = signed_in(elena()).get("/desk/?status=open").content.decode()
    rows = {row.split('value="')[1][:8]: row[:30] for row in page.split("<tr data-row")[1:]}
    assert "acute" in rows[waiting.number]
    assert "acute" not in rows[done.number]


def test_nobody_approves_their_own_answer() -> None:
    case = opened_case()
    commands.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=NOW)
    with pytest.raises(Refused, match="own_answer"):
        commands.approve_answer(case.number, by=boris(), now=NOW)
    assert queries.answer_of(case) is None


def test_a_return_keeps_the_whole_clock_and_the_second_asks_for_arbitration() -> None:
    case = opened_case()
    due = case.due
    for _ in range(2):
        commands.return_case(
            case.number, reason="not_ours", note="Дорога областная", by=boris(), now=NOW + HOUR
        )
        organisation = case.organisation
        assert organisation is not None
        commands.assign_case(case.number, organisation=organisation, by=elena(), now=NOW + HOUR)
    case.refresh_from_db()
    assert case.due == due
    returned = [entry for entry in about(case.ref) if entry.kind == "case.returned"]
    assert [entry.data["arbitration"] for entry in returned] == [False, True]


def test_a_clock_that_stands_is_never_overdue_and_goes_on_from_where_it_stood() -> None:
    case = opened_case()
    policy = case.policy
    assert policy is not None
    assert case.due is not None
    policy.paused_in = [*policy.paused_in, "returned"]
    policy.save()
    forget()
    commands.return_case(
        case.number, reason="not_ours", note="Чьё — спросим автора", by=boris(), now=NOW + HOUR
    )
    long_after = case.due + timedelta(days=30)
    timers.run(long_after)
    assert "case.overdue" not in kinds(case)
    city = case.organisation
    assert city is not None
    assert counts_for(elena(), long_after)["overdue"] == 0
    commands.assign_case(case.number, organisation=city, by=elena(), now=long_after)
    case.refresh_from_db()
    assert case.due > long_after
    timers.run(case.due + HOUR)
    timers.run(case.due + 2 * HOUR)
    assert kinds(case).count("case.overdue") == 1


def test_a_question_stops_the_clock_and_the_reply_starts_it_again() -> None:
    case = opened_case(topic="", text="ну и что это такое вообще, сколько можно")
    commands.ask_author(case.number, text="Где это?", by=elena(), now=NOW + HOUR)
    commands.clarify_case(case.number, text="У школы", by="anonymous", now=NOW + 30 * HOUR)
    kinds_of_clock = list(ClockEvent.objects.filter(case=case).values_list("kind", flat=True))
    assert kinds_of_clock.count("pause") == kinds_of_clock.count("resume")


def test_it_records_nothing_when_it_fails() -> None:
    case = opened_case()
    before = len(about(case.ref))
    with pytest.raises(Refused):
        commands.submit_answer(case.number, text="Да", result="solved", by=boris(), now=NOW)
    assert len(about(case.ref)) == before
    assert case.answers.count() == 0


def test_overdue_is_said_once_and_unrated_answers_close_as_unrated() -> None:
    case = opened_case()
    assert case.due is not None
    late = case.due + HOUR
    assert timers.run(late)["overdue"] == 1
    assert timers.run(late)["overdue"] == 0
    assert kinds(case).count("case.overdue") == 1


def test_an_answer_nobody_rated_is_closed_after_the_window() -> None:
    case = answered()
    assert timers.close(NOW + timedelta(days=2)) == 0
    assert timers.close(NOW + timedelta(days=30)) == 1
    last = about(case.ref)[-1]
    assert last.kind == "case.closed"
    assert last.data["unrated"] is True


def test_joining_counts_a_person_once() -> None:
    case = opened_case()
    first = commands.support_case(case.number, key="visitor:a", channel="site", now=NOW)
    again = commands.support_case(case.number, key="visitor:a", channel="site", now=NOW)
    case.refresh_from_db()
    assert first == again
    assert case.supports == 1


def test_an_author_may_take_it_back_before_the_answer() -> None:
    case = opened_case()
    commands.withdraw_case(case.number, by="anonymous", now=NOW + HOUR)
    case.refresh_from_db()
    assert case.status == "withdrawn"
    assert not case.public
    with pytest.raises(Refused):
        commands.start_case(case.number, by=boris(), now=NOW + 2 * HOUR)


def test_an_official_sees_only_what_their_powers_cover() -> None:
    case = opened_case()
    far = opened_case(lat=59.1266, lon=37.9093, text="В Череповце яма на Металлургов")
    assert queries.case_for(boris(), case.number) == case
    with pytest.raises(Case.DoesNotExist):
        queries.case_for(boris(), far.number)
    assert queries.case_for(elena(), far.number) == far


def test_the_same_key_gives_the_same_receipt() -> None:
    first = anna_writes(idempotency_key="k1")
    again = anna_writes(idempotency_key="k1")
    assert (first.number, first.secret) == (again.number, again.secret)
    assert first.fresh
    assert not again.fresh


def test_other_words_with_a_used_key_are_refused_not_lost() -> None:
    from otklik.flow.intake.rules import Refused as NotTaken  # noqa: PLC0415

    anna_writes(idempotency_key="k1")
    with pytest.raises(NotTaken) as refusal:
        anna_writes(idempotency_key="k1", text="Прорвало трубу, заливает подвал")
    assert [problem.code for problem in refusal.value.problems] == ["used"]


def test_the_queue_offers_in_bulk_only_what_one_may_do() -> None:
    opened_case()
    for official, verbs in ((galina(), set()), (elena(), {"register", "assign"})):
        page = signed_in(official).get("/desk/?status=").content.decode()
        assert set(re.findall(r'name="verb" value="(\w+)"', page)) == verbs


def listed(page: str) -> set[str]:
    return set(re.findall(r'name="number" value="(\d{8})"', page))


def test_the_queue_is_narrowed_by_fact_body_and_days_and_a_tab_keeps_it() -> None:
    week = timedelta(days=7)
    old, hole = opened_case(now=NOW - week), opened_case()
    light = opened_case(topic="heat-none", text="В доме на Мира 14 холодные батареи")
    assert light.organisation
    assert light.topic
    assert hole.topic
    assert hole.topic.parent
    cold, subcategory = light.topic.code, hole.topic.parent.code
    desk = signed_in(elena())

    def found(**asked: str) -> set[str]:
        return listed(desk.get("/desk/", {"status": "open", **asked}).content.decode())

    assert found(topic=cold) == {light.number}
    assert found(topic=subcategory) == {hole.number, old.number}
    assert found(organisation=light.organisation.code) >= {light.number}
    assert found(organisation="no-such-body") == set()
    assert found(topic=subcategory, until=f"{NOW - week:%Y-%m-%d}") == {old.number}

    asked = {"status": "open", "topic": subcategory, "until": f"{NOW - week:%Y-%m-%d}"}
    page = desk.get("/desk/", asked).content.decode()
    for shown in (
        f'<option value="{subcategory}" selected>',
        f'name="until" value="{asked["until"]}"',
        'name="organisation"',
        f'<option value="{cold}">',
    ):
        assert shown in page
    tabs = [html.unescape(each) for each in re.findall(r'<a href="(\?[^"]*)"', page)]
    work = next(each for each in tabs if "status=work" in each)
    assert f"topic={subcategory}" in work
    assert listed(desk.get(f"/desk/{work}").content.decode()) == {old.number}
    mine = next(each for each in tabs if "mine=1" in each)
    assert "status=" not in mine
    page = desk.get(f"/desk/{mine}").content.decode()
    assert '<input type="hidden" name="mine" value="1">' in page, "the form keeps whose cases"
    assert '<input type="hidden" name="status"' not in page


def test_a_view_is_kept_opened_passed_on_and_dropped() -> None:
    hole, light = opened_case(), opened_case(topic="heat-none", text="На Мира 14 холодные батареи")
    desk, query = signed_in(elena()), "status=open&topic=roads-pothole"
    kept = desk.post("/desk/views/", {"title": "Ямы", "query": query})
    assert kept.headers["Location"] == f"/desk/?{query}"
    page = desk.get("/desk/").content.decode()
    opened = html.unescape(re.findall(r'<a href="([^"]*)">Ямы</a>', page)[0])
    assert listed(desk.get(f"/desk/{opened}").content.decode()) == {hole.number}
    other = signed_in(boris())
    assert ">Ямы</a>" not in other.get("/desk/").content.decode(), "a view is its owner's"
    passed_on = listed(other.get(f"/desk/{opened}").content.decode())
    assert passed_on == {hole.number}, "its address opens for a colleague what they may see"
    assert light.number not in passed_on
    drop = re.findall(r'action="(/desk/views/\d+/drop/)"', page)[0]
    other.post(drop)
    assert ">Ямы</a>" in desk.get("/desk/").content.decode(), "nobody drops another's view"
    desk.post(drop)
    assert ">Ямы</a>" not in desk.get("/desk/").content.decode()
