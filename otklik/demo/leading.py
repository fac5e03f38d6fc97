"""What leaders of the demo region have done: instructions given, a roadmap that had its effect."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from otklik.demo import accounts
from otklik.demo.seeding import everybody
from otklik.flow.cases import commands as cases
from otklik.flow.cases.models import Case
from otklik.flow.cases.rules import Refused
from otklik.flow.instructions import commands as instructions
from otklik.flow.instructions.commands import Draft
from otklik.flow.intake.commands import receive
from otklik.flow.intake.rules import NewReport
from otklik.flow.roadmaps import commands as roadmaps
from otklik.flow.triage.commands import decide
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import locate, territories
from otklik.ground.topics.queries import fact

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official

GIVEN = (
    ("adm-vologda-city", "vologda-city", "heat-none", "Вернуть тепло в дома Бывалова, доложить,"
     " чем закончили ночные работы", -60, 40, ("accept", "report")),
    ("adm-sokol", "sokol", "roads-pothole", "Заделать ямы на въезде в город, показать снимки"
     " до и после", -200, 96, ("accept", "report", "confirm")),
    ("adm-cherepovets-city", "cherepovets-city", "waste-not-collected", "Проверить график вывоза"
     " мусора и назвать виновных в срыве", -90, 60, ("accept",)),
    ("adm-vologda-city", "vologda-city", "roads-pothole", "Составить список улиц, где ямы"
     " заделывают второй раз за год", -20, 120, ()),
)  # fmt: skip
"""To whom, where, about what, the words, given so many hours ago, hours to do it, steps taken."""
DONE = "Работы закончили вчера к вечеру, улицу обошли вместе со старшим по дому, снимки приложены"
WASTE, PLACE, BODY = "waste-not-collected", "cherepovets-city", "adm-cherepovets-city"
WEEKS = (11, 13, 12, 14, 7, 3, 2, 2)
"""Messages in each of the last eight weeks, the earliest first."""
TEXTS = (
    "Мусор не вывозят третий день, баки у дома переполнены",
    "Контейнеры опять полные, машина во двор не заезжала",
    "Не вывозят мусор по графику, пакеты лежат рядом с баками",
)


def lead(now: datetime) -> None:
    """Do it all through the commands, at its own times."""
    leader, staff = accounts.official(accounts.LEADER), everybody()
    for body, place, topic, text, ago, hours, steps in GIVEN:
        begun = now + timedelta(hours=ago)
        draft = Draft(
            text=text, organisation=organisations()[body], due=begun + timedelta(hours=hours),
            place=place, territory=territories()[place], topic=fact(topic),
        )  # fmt: skip
        numbers = Case.objects.filter(
            territory__code=place, topic__code=topic, received_at__lt=begun
        ).order_by("-received_at").values_list("number", flat=True)[:5]  # fmt: skip
        one = instructions.give(draft, numbers=list(numbers), by=leader, now=begun)
        _walk(one.pk, steps, staff, leader, begun, timedelta(hours=hours))
    _roadmap(staff, now)


def _walk(
    number: int, steps: tuple[str, ...], staff: Official, leader: Official, begun: datetime,
    term: timedelta,
) -> None:  # fmt: skip
    if "accept" in steps:
        instructions.accept(number, by=staff, now=begun + term * 0.1)
    if "report" in steps:
        instructions.report(number, text=DONE, by=staff, now=begun + term * 0.8)
    if "confirm" in steps:
        instructions.confirm(number, text="Проверили на месте", by=leader, now=begun + term)


def _roadmap(staff: Official, now: datetime) -> None:
    """Complaints of waste in Cherepovets fell after a second lorry; told by messages themselves."""
    dice, place, topic = random.Random(8), locate("Череповец, улица Гоголя"), fact(WASTE)
    if place is None or topic is None:
        return
    monday = (now - timedelta(days=now.weekday())).replace(hour=9, minute=0)
    begins = monday - timedelta(weeks=len(WEEKS))
    for week, many in enumerate(WEEKS):
        for _ in range(many):
            at = begins + timedelta(weeks=week, hours=dice.uniform(0, 150))
            _waste(dice, (place.lat, place.lon), at, staff)
    analyst, analysed = accounts.official(accounts.ANALYST), begins + timedelta(weeks=4)
    one = roadmaps.open_roadmap(
        roadmaps.Draft(
            title="Череповец: мусор вывозят каждый день", topic=topic,
            territory=territories()[PLACE], target=60,
            cause="На три района одна машина: при её поломке дворы стоят без вывоза до трёх суток."
            " Запасной маршрут не согласован с соседним оператором.",
            baseline_since=begins.date(), baseline_until=(analysed - timedelta(days=1)).date(),
        ),
        by=analyst, now=analysed,
    )  # fmt: skip
    planned = (
        ("Поставить на маршрут вторую машину", 5, "9800000", 4),
        ("Согласовать запасной маршрут с соседним оператором", 12, "", 10),
        ("Повесить датчики заполнения на сорок площадок", 60, "1200000", None),
    )
    for what, days, budget, done in planned:
        measure = roadmaps.plan_measure(
            one.pk, what=what, organisation=organisations()[BODY],
            due=(analysed + timedelta(days=days)).date(), budget=_money(budget), by=analyst,
            now=analysed,
        )  # fmt: skip
        if done is not None:
            on = analysed + timedelta(days=done)
            roadmaps.settle_measure(one.pk, measure.pk, done=True, on=on.date(), by=analyst, now=on)


def _money(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _waste(dice: random.Random, at: tuple[float, float], moment: datetime, staff: Official) -> None:
    """Let one message on waste be written and answered two days later."""
    new = NewReport(
        text=dice.choice(TEXTS), channel=dice.choice(("app", "site", "hotline", "vk")),
        idempotency_key=uuid.uuid4().hex, topic=WASTE, place="pin",
        lat=at[0] + dice.gauss(0, 0.006), lon=at[1] + dice.gauss(0, 0.012), contact="phone",
        phone=f"+7921000{dice.randrange(10_000):04}", wants_public=True,
    )  # fmt: skip
    receipt = receive(new, now=moment)
    decide(receipt.report_id, now=moment + timedelta(seconds=2))
    answered = moment + timedelta(hours=dice.uniform(10, 40))
    try:
        cases.start_case(receipt.number, by=staff, now=moment + timedelta(hours=3))
        cases.submit_answer(
            receipt.number, result="explained", by=staff, now=answered,
            text=f"Вывезли {answered:%d.%m}, опоздание из-за поломки машины, ставим вторую",
        )  # fmt: skip
        cases.approve_answer(receipt.number, by=accounts.official(accounts.APPROVER), now=answered)
    except Refused:
        return
