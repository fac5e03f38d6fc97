from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from otklik.flow.cases import commands as cases
from otklik.flow.cases.models import Answer, Case
from otklik.flow.cases.rules import Refused
from otklik.flow.problems import commands, queries
from otklik.flow.problems.models import GroupAction, Problem
from otklik.flow.rating.commands import rate_answer
from otklik.ground.topics.queries import fact
from otklik.journal.reading import about
from tests.cast import NOW, POTHOLE, VOLOGDA, boris, clara, elena, opened_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
HOUR = timedelta(hours=1)
ANSWER = "Яму на улице Мира заделали 25 ноября силами подрядчика, летом обновим всё полотно"


def draft(**more: object) -> commands.Draft:
    topic = fact(POTHOLE)
    assert topic is not None
    values = {"title": "Яма на Мира", "topic": topic, "lat": VOLOGDA[0], "lon": VOLOGDA[1],
              "radius_m": 1500, "starts_at": NOW}  # fmt: skip
    return commands.Draft(**(values | more))  # type: ignore[arg-type]


def three() -> list[Case]:
    return [opened_case(text=f"Яма у дома {n} по улице Мира, машины бьются") for n in (1, 2, 3)]


def grouped() -> tuple[Problem, list[Case]]:
    found = three()
    organisation = found[0].organisation
    problem = commands.open_problem(
        draft(organisation=organisation), numbers=[each.number for each in found], by=elena(),
        now=NOW + HOUR,
    )  # fmt: skip
    return problem, found


def run(action: GroupAction) -> GroupAction:
    while commands.act_on_one(action.pk, now=NOW + 3 * HOUR):
        pass
    action.refresh_from_db()
    return action


def do(problem: Problem, verb: str, by: object, **values: str) -> GroupAction:
    numbers = queries.doable(by, problem)[verb]  # type: ignore[arg-type]
    return run(
        commands.act_on_all(problem.pk, verb, numbers=numbers, values=values, by=by, now=NOW + HOUR)  # type: ignore[arg-type]
    )


def test_cases_join_once_and_each_tells_it() -> None:
    problem, found = grouped()
    assert commands.attach_cases(problem.pk, [found[0].number], by=elena(), now=NOW) == 0
    assert problem.links.count() == 3
    assert about(found[0].ref)[-1].kind == "case.grouped"


def test_one_answer_goes_to_all_and_each_author_rates_alone() -> None:
    problem, found = grouped()
    assert do(problem, "start", boris()).done == 3
    assert do(problem, "answer", boris(), text=ANSWER, result="planned").done == 3
    assert Answer.objects.filter(state="approval").count() == 3
    approved = do(problem, "approve", clara())
    assert (approved.done, approved.refused) == (3, {})
    problem.refresh_from_db()
    assert problem.status == "answered"
    assert problem.news.get().text == ANSWER
    rate_answer(found[0].number, answer_score=5, result_score=5, now=NOW + 4 * HOUR)
    rate_answer(
        found[1].number, answer_score=1, result_score=1, comment="Яма на месте", dispute=True,
        now=NOW + 4 * HOUR,
    )  # fmt: skip
    statuses = [Case.objects.get(pk=each.pk).status for each in found]
    assert statuses == ["resolved_confirmed", "disputed", "answered"]
    assert queries.outcome(problem)["confirmed"] == 1


def test_the_author_of_the_answer_does_not_approve_it_for_all() -> None:
    problem, _ = grouped()
    do(problem, "answer", boris(), text=ANSWER, result="planned")
    numbers = list(problem.links.values_list("case__number", flat=True))
    action = run(
        commands.act_on_all(problem.pk, "approve", numbers=numbers, values={}, by=boris(), now=NOW)
    )
    assert (action.done, sum(action.refused.values())) == (0, 3)
    problem.refresh_from_db()
    assert problem.status == "open"


def test_a_changed_case_is_counted_as_refused_and_the_rest_is_done() -> None:
    problem, found = grouped()
    numbers = [each.number for each in found]
    action = commands.act_on_all(
        problem.pk, "start", numbers=numbers, values={}, by=boris(), now=NOW
    )
    cases.withdraw_case(found[1].number, by="anonymous", now=NOW)
    run(action)
    assert action.done == 2
    assert sum(action.refused.values()) == 1
    assert action.finished_at is not None


def test_a_job_that_died_goes_on_where_it_stopped() -> None:
    problem, found = grouped()
    numbers = [each.number for each in found]
    action = commands.act_on_all(
        problem.pk, "start", numbers=numbers, values={}, by=boris(), now=NOW
    )
    assert ProcrastinateJob.objects.filter(task_name="problems.do_group_action").count() == 1
    commands.act_on_one(action.pk, now=NOW)
    action.refresh_from_db()
    assert action.place == 1
    assert run(action).done == 3
    assert not commands.act_on_one(action.pk, now=NOW)
    started = [entry for each in found for entry in about(each.ref) if entry.kind == "case.started"]
    assert len(started) == 3


def test_taking_brings_unsure_messages_to_the_body_that_mends() -> None:
    sure = three()
    unsure = opened_case(topic="", text="ну и что это такое вообще, сколько можно")
    organisation = sure[0].organisation
    problem = commands.open_problem(
        draft(organisation=organisation),
        numbers=[unsure.number, *(each.number for each in sure)],
        by=elena(),
        now=NOW + HOUR,
    )
    action = do(problem, "take", elena())
    assert action.cases == [unsure.number]
    unsure.refresh_from_db()
    assert unsure.status == "assigned"
    assert unsure.organisation == organisation


def test_a_collecting_problem_takes_new_cases_that_fit() -> None:
    commands.open_problem(draft(kind="outage", collects=True), by=elena(), now=NOW)
    near = opened_case()
    far = opened_case(lat=59.13, lon=37.90)
    assert queries.collecting_for(near.number) is not None
    assert queries.collecting_for(far.number) is None


def test_joining_counts_once_and_rates_once_after_the_answer() -> None:
    problem = commands.open_problem(draft(kind="outage"), by=elena(), now=NOW)
    first = commands.join_problem(problem.pk, key="visitor:a", channel="site", now=NOW)
    again = commands.join_problem(problem.pk, key="visitor:a", channel="site", now=NOW)
    assert first == again
    with pytest.raises(Refused, match="no_answer"):
        commands.rate_joined(first.token, solved=True, now=NOW)
    commands.close_problem(problem.pk, text="Починили", by=elena(), now=NOW)
    commands.rate_joined(first.token, solved=False, now=NOW)
    with pytest.raises(Refused, match="rated"):
        commands.rate_joined(first.token, solved=True, now=NOW)
    problem.refresh_from_db()
    assert queries.outcome(problem) | {"joined": 1, "unsolved": 1} == queries.outcome(problem)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"title": " "}, "no_title"),
        ({"radius_m": None}, "no_area"),
        ({"lat": None}, "no_place"),
        ({"expected_at": NOW - HOUR}, "expected_when"),
        ({"expected_at": NOW + timedelta(days=200)}, "expected_when"),
    ],
)
def test_it_refuses_a_problem_that_says_too_little(more: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        commands.open_problem(draft(kind="outage", **more), by=elena(), now=NOW)
    assert not Problem.objects.exists()


def test_words_bring_to_a_group_what_its_topic_does_not() -> None:
    """Place, topic and time make a group; what says the same under another topic is beside it."""
    pits = [opened_case(text=f"Глубокая яма, пробил колесо, номер {n}") for n in range(5)]
    stray = opened_case(topic="", text="Колесо пробил, там яма, сколько можно терпеть")
    other = opened_case(topic="snow-road", text="Снег не убрали, не проехать")
    far = opened_case(topic="snow-road", text="Яма, пробил колесо", lat=59.13, lon=37.9)
    if stray.topic is not None:
        Case.objects.filter(pk=stray.pk).update(topic=None)
    ((group, topic),) = queries.clusters_for(elena(), NOW + HOUR)
    assert topic.code == POTHOLE
    assert set(group.numbers) == {each.number for each in pits}
    assert group.alike == (stray.number,)

    problem = commands.open_problem(
        draft(), numbers=list(group.numbers), by=elena(), now=NOW + HOUR
    )
    like = {each.number for each in queries.like_problem(elena(), problem)}
    assert stray.number in like
    assert not like & {other.number, far.number}
