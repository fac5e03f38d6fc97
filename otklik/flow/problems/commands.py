"""The verbs of a problem. What is done with many cases is done by the cases' own verbs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from otklik.flow.answers import commands as answers
from otklik.flow.cases import commands as cases
from otklik.flow.cases.models import Answer, Case
from otklik.flow.cases.rules import RESULTS, Refused, check_answer
from otklik.flow.problems import events, jobs
from otklik.flow.problems.models import GroupAction, Joining, News, Problem, ProblemCase
from otklik.ground.topics.known import with_known
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

VERBS = ("take", "start", "answer", "approve", "send_back")
LONGEST = timedelta(days=92)
UNSURE = ("submitted", "registered", "coordination", "returned")


@dataclass(frozen=True)
class Draft:
    """What an official says of a problem; the circle or the whole territory is its area."""

    title: str
    topic: Topic
    kind: str = Problem.Kind.CLUSTER
    about: str = ""
    territory: Territory | None = None
    organisation: Organisation | None = None
    lat: float | None = None
    lon: float | None = None
    radius_m: int | None = None
    starts_at: datetime | None = None
    expected_at: datetime | None = None
    public: bool = True
    collects: bool = False


def _checked(draft: Draft, now: datetime) -> dict[str, Any]:
    if not draft.title.strip():
        raise Refused("no_title", "Назовите проблему", "Name the problem")
    if draft.radius_m is not None and (draft.lat is None or draft.lon is None):
        raise Refused("no_place", "Укажите место на карте", "Mark the place on the map")
    if draft.radius_m is None and draft.territory is None:
        raise Refused("no_area", "Выберите муниципалитет или радиус", "Choose where")
    starts = draft.starts_at or now
    if draft.expected_at and not starts < draft.expected_at <= starts + LONGEST:
        raise Refused(
            "expected_when",
            "Обещанный срок должен быть после начала и не дальше трёх месяцев",
            "The promised time must come after the start, within three months",
        )
    values = dict(vars(draft))
    return {**values, "title": draft.title.strip()[:200], "starts_at": starts}


def _locked(problem_id: int) -> Problem:
    return with_known(Problem.objects.select_for_update(no_key=True).get(pk=problem_id))


def _tell(
    problem: Problem, fact: type[events.ProblemFact], by: str, now: datetime, **more: Any
) -> None:
    record(
        fact(
            region=problem.region_id,
            subject=problem.ref,
            actor=by,
            at=now,
            problem=problem.pk,
            status=problem.status,
            topic=problem.topic.code,
            territory=problem.territory.code if problem.territory else "",
            organisation=problem.organisation.code if problem.organisation else "",
            shown=problem.public,
            **more,
        )
    )


@command
def open_problem(
    draft: Draft, *, numbers: Sequence[str] = (), by: Official, now: datetime
) -> Problem:
    """Say that messages have one cause, or declare an outage before anybody writes."""
    if draft.kind == Problem.Kind.CLUSTER and not numbers:
        raise Refused("no_cases", "Выберите обращения", "Choose the cases")
    problem = Problem(region=by.region, opened_by=by, opened_at=now, **_checked(draft, now))
    if problem.topic.closed:
        raise Refused("closed_topic", "Эту тему объединять нельзя", "This topic is never grouped")
    problem.save(force_insert=True)
    _tell(
        problem, events.ProblemOpened, by.ref, now,
        form=problem.kind, expected_at=problem.expected_at,
    )  # fmt: skip
    _attach(problem, numbers, by=by, now=now)
    return problem


@command
def edit_problem(problem_id: int, draft: Draft, *, by: Official, now: datetime) -> Problem:
    """Change what is said of a problem."""
    problem = _locked(problem_id)
    changed = []
    for name, value in _checked(draft, problem.starts_at).items():
        if getattr(problem, name) != value:
            setattr(problem, name, value)
            changed.append(name)
    if changed:
        problem.save()
        _tell(problem, events.ProblemEdited, by.ref, now, changed=tuple(changed))
    return problem


@command
def attach_cases(
    problem_id: int,
    numbers: Sequence[str],
    *,
    automatic: bool = False,
    by: Official,
    now: datetime,
) -> int:
    """Put cases into a problem; those that have one already stay where they are."""
    problem = _locked(problem_id)
    if problem.status == Problem.Status.CLOSED:
        raise Refused("closed", "Проблема уже закрыта", "The problem is closed")
    return _attach(problem, numbers, automatic=automatic, by=by, now=now)


def _attach(
    problem: Problem, numbers: Sequence[str], *, automatic: bool = False, by: Official,
    now: datetime,
) -> int:  # fmt: skip
    found = Case.objects.filter(region=problem.region_id, number__in=numbers, problem_link=None)
    rows = found.filter(closed_contour=False).select_for_update(no_key=True, of=("self",))
    free = [with_known(each) for each in rows.order_by("pk")]
    ProblemCase.objects.bulk_create(
        ProblemCase(
            region_id=problem.region_id, problem=problem, case=each, automatic=automatic, by=by,
            at=now,
        )
        for each in free
    )  # fmt: skip
    for each in free:
        cases.tell(each, events.CaseGrouped, by.ref, now, problem=problem.pk, automatic=automatic)
    return len(free)


@command
def detach_case(problem_id: int, number: str, *, by: Official, now: datetime) -> None:
    """Take a case out of a problem: it has a cause of its own."""
    link = ProblemCase.objects.filter(problem=problem_id, case__number=number).first()
    if link is None:
        return
    case = cases.locked(number)
    link.delete()
    cases.tell(case, events.CaseUngrouped, by.ref, now, problem=problem_id)


@command
def tell_waiting(
    problem_id: int, *, text: str, expected_at: datetime | None = None, by: Official,
    now: datetime,
) -> News:  # fmt: skip
    """Tell all who wait how it goes, and perhaps a new promise."""
    problem = _locked(problem_id)
    if not text.strip():
        raise Refused("empty", "Напишите новость", "Write the news")
    if expected_at:
        if expected_at <= now:
            raise Refused("past", "Новый срок должен быть впереди", "The promise must be ahead")
        problem.expected_at = expected_at
        problem.save(update_fields=["expected_at"])
    news = News.objects.create(
        region=by.region, problem=problem, text=text.strip(), expected_at=expected_at, by=by,
        at=now,
    )  # fmt: skip
    _tell(problem, events.ProblemTold, by.ref, now, news=news.pk, expected_at=expected_at)
    return news


@command
def join_problem(
    problem_id: int, *, key: str, person: Person | None = None, email: str = "", phone: str = "",
    channel: str, now: datetime,
) -> Joining:  # fmt: skip
    """Count one more who waits for the same; the same key counts once."""
    problem = _locked(problem_id)
    known = problem.joinings.filter(key=key).first()
    if known is not None:
        return known
    if problem.status != Problem.Status.OPEN:
        raise Refused(
            "closed", "Её уже устранили. Если нет, напишите сообщение",
            "It has been solved. If not, write a message",
        )  # fmt: skip
    joining = Joining.objects.create(
        region_id=problem.region_id, problem=problem, key=key, person=person, email=email,
        phone=phone, token=secrets.token_urlsafe(16), channel=channel, at=now,
    )  # fmt: skip
    problem.joined += 1
    problem.save(update_fields=["joined"])
    by = person.ref if person else "anonymous"
    _tell(problem, events.ProblemJoined, by, now, joined=problem.joined)
    return joining


@command
def rate_joined(token: str, *, solved: bool, now: datetime) -> Joining:
    """Take the word of one who joined: solved or not, once."""
    joining = Joining.objects.select_for_update(of=("self",)).get(token=token)
    problem = _locked(joining.problem_id)
    if problem.status == Problem.Status.OPEN:
        raise Refused("no_answer", "Ответа ещё нет", "There is no answer yet")
    if joining.solved is not None:
        raise Refused("rated", "Вы уже оценили", "You have rated already")
    joining.solved = solved
    joining.save(update_fields=["solved"])
    _tell(problem, events.ProblemRated, "anonymous", now, solved=solved)
    return joining


@command
def act_on_all(
    problem_id: int, verb: str, *, numbers: Sequence[str], values: dict[str, str], by: Official,
    now: datetime,
) -> GroupAction:  # fmt: skip
    """Ask for one verb to be done with many cases; a job does them one by one.

    `numbers` are those that the official may act upon: the caller has asked the powers.
    """
    problem = _locked(problem_id)
    if verb not in VERBS:
        raise Refused("unknown", "Такого действия нет", "There is no such action")
    if problem.actions.filter(finished_at=None, verb=verb).exists():
        raise Refused("busy", "Это действие уже выполняется", "It is being done already")
    if not numbers:
        raise Refused("no_cases", "Нет обращений, с которыми это можно сделать", "No such cases")
    if verb == "take" and problem.organisation is None:
        raise Refused("no_organisation", "Выберите, кто устраняет", "Choose who is to mend it")
    if verb == "answer":
        text, result = values.get("text", ""), values.get("result", "")
        check_answer(
            text, result, interim=False, control_at=None, now=now, proof_needed=False, proofs=0
        )
        if result not in RESULTS:
            raise Refused("no_result", "Выберите результат", "Choose the result")
    if verb == "send_back" and not values.get("comment", "").strip():
        raise Refused("no_reason", "Напишите, что исправить", "Say what to mend")
    action = GroupAction.objects.create(
        region=by.region, problem=problem, verb=verb, values=values, cases=sorted(numbers), by=by,
        at=now,
    )  # fmt: skip
    _tell(
        problem, events.ProblemActed, by.ref, now,
        action=action.pk, verb=verb, count=len(numbers),
    )  # fmt: skip
    jobs.do_group_action.defer(action_id=action.pk)
    return action


@command
def act_on_one(action_id: int, *, now: datetime) -> bool:
    """Do the next case of a group action; False when there is none left.

    The case's change and the place in the list are one transaction, so each is done once.
    """
    action = (
        GroupAction.objects.select_for_update(of=("self",))
        .select_related("problem__organisation", "problem__topic", "by__person", "by__organisation")
        .get(pk=action_id)
    )
    if action.finished_at is not None:
        return False
    if action.place >= len(action.cases):
        _finish(action, now)
        return False
    number = action.cases[action.place]
    try:
        _do(action, number, now)
        action.done += 1
    except Refused as refusal:
        action.refused[refusal.ru] = action.refused.get(refusal.ru, 0) + 1
    action.place += 1
    action.save(update_fields=["place", "done", "refused"])
    return True


@command
def _do(action: GroupAction, number: str, now: datetime) -> None:
    by, values = action.by, action.values
    match action.verb:
        case "take":
            _take(action.problem, number, by, now)
        case "start":
            cases.start_case(number, by=by, now=now)
        case "answer":
            answers.submit_common(
                number, text=values["text"], result=values["result"], by=by, now=now
            )
        case "approve":
            said = values.get("comment", "")
            answers.approve(number, confirmed=bool(said), reason=said, by=by, now=now)
        case "send_back":
            cases.send_back(number, comment=values["comment"], by=by, now=now)


def _take(problem: Problem, number: str, by: Official, now: datetime) -> None:
    """Bring a case to the problem's topic and body, from wherever it waits."""
    case = cases.locked(number)
    organisation = problem.organisation
    if organisation is None:
        raise Refused("no_organisation", "Выберите, кто устраняет", "Choose who is to mend it")
    if case.organisation_id == organisation.pk and case.status not in UNSURE:
        return
    if case.topic_id is None:
        cases.retopic_case(
            number, topic=problem.topic, territory=case.territory or problem.territory,
            organisation=organisation, by=by, now=now,
        )  # fmt: skip
    if case.status == "submitted":
        cases.register_case(number, organisation=organisation, by=by, now=now)
    else:
        cases.assign_case(number, organisation=organisation, by=by, now=now)


def _finish(action: GroupAction, now: datetime) -> None:
    action.finished_at = now
    action.save(update_fields=["finished_at"])
    if action.verb != "approve" or not action.done:
        return
    problem = _locked(action.problem_id)
    if problem.status != Problem.Status.OPEN:
        return
    sent = (
        Answer.objects.filter(case__problem_link__problem=problem, state=Answer.State.APPROVED)
        .order_by("-decided_at").first()
    )  # fmt: skip
    problem.status, problem.collects = Problem.Status.ANSWERED, False
    problem.save(update_fields=["status", "collects"])
    if sent is not None:
        News.objects.create(
            region_id=problem.region_id, problem=problem, text=sent.text, by=action.by, at=now
        )
    _tell(problem, events.ProblemAnswered, action.by.ref, now)


@command
def close_problem(problem_id: int, *, text: str = "", by: Official, now: datetime) -> Problem:
    """Say that the cause is gone. Cases that have no answer yet keep their own clocks."""
    problem = _locked(problem_id)
    if problem.status == Problem.Status.CLOSED:
        return problem
    if text.strip():
        News.objects.create(region=by.region, problem=problem, text=text.strip(), by=by, at=now)
    problem.status, problem.closed_at, problem.collects = Problem.Status.CLOSED, now, False
    problem.save()
    _tell(problem, events.ProblemClosed, by.ref, now)
    return problem
