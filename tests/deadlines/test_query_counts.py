"""No page of a list asks the database more often when it has more to show."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.amends.models import Duty
from otklik.flow.appeals.models import Question, Registration
from otklik.flow.calls.models import Callback
from otklik.flow.cases import commands
from otklik.flow.cases.models import Answer, Case
from otklik.flow.channels.social.models import Mention
from otklik.flow.control import timers
from otklik.flow.control.commands import watch
from otklik.flow.instructions import commands as instructions
from otklik.flow.privacy.models import Export
from otklik.flow.problems import commands as problems
from otklik.flow.rating.models import Rating
from otklik.flow.reception.models import Booking, Receiver
from otklik.flow.refusals.models import Check, Draw
from otklik.flow.roadmaps import commands as roadmaps
from otklik.ground.accounts.models import Look
from otklik.ground.kit import memo
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import fact
from otklik.journal.following import catch_up
from tests.cast import boris, bound, clara, elena, galina, olga, opened_case, signed_in, vera

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from otklik.ground.accounts.models import Official

MOST = 20
"""Of the queue, whatever is asked of it."""
CITY = "adm-vologda-city"
SAID = "Сделали 25 ноября"


def fill(number: int, kept: list[Case], big: Any) -> None:
    """Add so many rows to every list: three cases each, and what hangs on them."""
    now = timezone.now()
    while len(kept) < number:
        kept.append(_at_work(now))
        _answered(now, big)
        _appeal(now, len(kept))
        _beside(now, kept[-1], len(kept))
    watch([case.number for case in kept])
    timers.run(now + timedelta(days=60))
    catch_up(["statistics"])


def _at_work(now: Any) -> Case:
    """Return a case that was extended, is warned of and has a problem of its own."""
    case = opened_case(now=now - timedelta(minutes=1))
    commands.start_case(case.number, by=boris(), now=now)
    case.refresh_from_db()
    assert case.due is not None
    until = case.due + timedelta(days=1)
    commands.extend_case(case.number, until=until, reason="Ждём", by=clara(), now=now)
    draft = problems.Draft(title="Ямы", topic=_pothole(), territory=case.territory)
    problems.open_problem(draft, numbers=[case.number], by=elena(), now=now)
    return case


def _answered(now: Any, big: Any) -> None:
    """Add a solved case to the big problem, rated low, with a talk owed."""
    case = opened_case(now=now - timedelta(hours=1))
    problems.attach_cases(big.pk, [case.number], by=elena(), now=now)
    told = {"status": "answered", "result": "solved", "answered_at": now}
    Case.objects.filter(pk=case.pk).update(**told)
    answer = Answer.objects.create(
        region=case.region, case=case, version=1, text=SAID, result="solved", state="approved",
        author=boris(), written_at=now, decided_by=clara(), decided_at=now,
    )  # fmt: skip
    rating = Rating.objects.create(
        region=case.region, case=case, answer=answer, rater="author", answer_score=1,
        result_score=1, at=now,
    )  # fmt: skip
    Duty.objects.create(
        region=case.region, case=case, rating=rating, organisation=boris().organisation,
        opened_at=now, due=now + timedelta(days=2),
    )  # fmt: skip


def _appeal(now: Any, serial: int) -> None:
    case = opened_case(extra={"regime": "appeal_59fz"}, now=now)
    city = organisations()[CITY]
    Registration.objects.create(
        region=case.region, case=case, organisation=olga().organisation, year=now.year,
        serial=serial, number=f"Т-{serial}", received_at=now, registered_at=now, registrar=olga(),
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(status="assigned", organisation=city)
    Question.objects.create(
        region=case.region, case=case, position=1, text="Когда?", organisation=city, asked_at=now
    )


def _beside(now: Any, case: Case, serial: int) -> None:
    region, topic = case.region, _pothole()
    draw, _ = Draw.objects.get_or_create(
        region=region, week=date(2026, 11, 16), defaults={"of": 9, "share": 10, "at": now}
    )
    refused = elena()
    Check.objects.create(
        region=region, draw=draw, case=case, refuser=refused, body=refused.organisation
    )
    commands.keep_note(case, "rejected", "Не ясно", refused.ref, now, code="unclear")
    Callback.objects.create(
        region=region, report=case.report, phone="+79215550142", reason="Спросить", due_at=now,
        asked_by=galina(), asked_at=now,
    )  # fmt: skip
    task = instructions.Draft(
        text=f"Заделать яму {serial}", organisation=organisations()[CITY],
        due=now + timedelta(days=3), place="vologda-city", territory=case.territory, topic=topic,
    )  # fmt: skip
    instructions.give(task, numbers=[case.number], by=bound("region_head"), now=now)
    plan = roadmaps.Draft(
        title=f"Ямы {serial}", topic=topic, cause="Старый асфальт", target=30,
        baseline_since=date(2026, 9, 1), baseline_until=date(2026, 10, 1),
    )  # fmt: skip
    roadmaps.open_roadmap(plan, by=vera(), now=now)
    receiver, _ = Receiver.objects.get_or_create(
        region=region, name="Иванов И. И.", defaults={"position": "Зам", "place": "Герцена, 2"}
    )
    Booking.objects.create(
        region=region, receiver=receiver, theme="Дорога", text="О дороге", name="Анна",
        phone="+79215550142", asked_at=now, due=now + timedelta(days=3),
    )  # fmt: skip
    Mention.objects.create(
        region=region, network="vk", key=str(serial), text="Яма на Мира", written_at=now,
        found_at=now, topic=topic,
    )  # fmt: skip
    Export.objects.create(
        region=region, asked_by=bound("analyst"), asked_at=now, reason="Отчёт",
        columns=["number"], format="csv",
    )  # fmt: skip
    Look.objects.create(
        region=region, official=vera(), organisation=vera().organisation, role="analyst",
        subject=case.ref, what=Look.What.TEXT, at=now,
    )  # fmt: skip


def _pothole() -> Any:
    return fact("roads-pothole")


def asked(client: Client, address: str) -> int:
    client.get(address)  # what is remembered for a while is asked once
    with CaptureQueriesContext(connection) as found:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(found)


def roles() -> dict[str, Official]:
    """Return one official for each role that a list needs."""
    return {
        "head": bound("head", organisation=CITY, home=CITY),
        "checker": bound("controller", home=CITY), "verifier": bound("controller"),
        "reception": bound("reception_officer"), "leader": bound("region_head"),
        "social": bound("duty_officer"), "exports": bound("curator"),
        "people": bound("region_admin"), "audit": bound("security_auditor"),
    }  # fmt: skip


PAGES: dict[str, Callable[[], Official] | str | None] = {
    "/desk/?status=open": boris, "/desk/?status=open&order=new&urgent=0": boris,
    "/desk/problems/": elena, "/desk/problems/{big}/": elena, "/desk/reminders/": boris,
    "/desk/gaming/": clara, "/desk/gaming/extended/?organisation=adm-vologda-city": clara,
    "/desk/amends/": "head", "/desk/refusals/": "checker", "/desk/checks/": "verifier",
    "/desk/appeals/": olga, "/desk/appeals/questions/": boris, "/desk/callbacks/": galina,
    "/desk/instructions/": "leader", "/desk/roadmaps/": vera, "/desk/reception/": "reception",
    "/desk/social/": "social", "/desk/exports/": "exports", "/desk/people/": "people",
    "/desk/audit/": "audit", "/desk/statistics/": vera, "/desk/ratings/": vera,
    "/desk/statistics/list/?measure=received": vera,
    "/cabinet/": None, "/messages/": None, "/problems/": None,
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_many_rows_cost_as_many_questions_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "time", SimpleNamespace(monotonic=lambda: 0.0))  # nothing expires
    place = territories()["vologda-city"]
    big = problems.open_problem(
        problems.Draft(title="Общая", topic=_pothole(), kind="outage", territory=place),
        by=elena(),
        now=timezone.now(),
    )
    known = roles()

    def client(address: str) -> Client:
        who = PAGES[address]
        if isinstance(who, str):
            return signed_in(known[who])
        return signed_in(who() if who else accounts.person(accounts.CITIZEN))

    def counts() -> dict[str, int]:
        return {each: asked(client(each), each.format(big=big.pk)) for each in PAGES}

    kept: list[Case] = []
    fill(5, kept, big)
    few = counts()
    fill(9, kept, big)
    many = counts()
    grown = {each: (few[each], many[each]) for each in PAGES if many[each] != few[each]}
    assert not grown
    assert max(many[each] for each in PAGES if each.startswith("/desk/?")) <= MOST, many
