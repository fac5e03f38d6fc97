"""The demo's surveys: one finished, one that runs; answered by the real commands."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from otklik.demo import accounts
from otklik.ground.accounts.models import Person
from otklik.participation.projects.rules import Circle
from otklik.participation.surveys import commands
from otklik.participation.surveys.models import Survey
from otklik.participation.surveys.rules import Asked

if TYPE_CHECKING:
    from datetime import datetime

DAY = timedelta(days=1)
RIDES = ("Каждый день", "Несколько раз в неделю", "Реже", "Не езжу")
ASKED = (
    Asked("", "single", 1, "Как часто вы ездите на автобусе?", required=True, options=RIDES),
    Asked("", "scale", 2, "Как вам работа автобусов?", low=1, high=5,
          show_if={"not": {"eq": ["q1", "o4"]}}),
    Asked("", "multiple", 2, "Что поправить в первую очередь?", high=2,
          options=("Расписание", "Тепло в салоне", "Остановки", "Оплату"),
          show_if={"not": {"eq": ["q1", "o4"]}}),
    Asked("", "short", 2, "Почему не ездите?", show_if={"eq": ["q1", "o4"]}),
    Asked("", "long", 3, "Что ещё важно знать?"),
    Asked("", "point", 3, "Где не хватает остановки?"),
)  # fmt: skip


def guests(now: datetime) -> None:
    """Let anybody answer a survey without signing in."""
    opens, by = now - 2 * DAY, accounts.official(accounts.VOTES)
    draft = commands.Draft(
        "Какой праздник нужен двору?", opens, now + 12 * DAY,
        "Соберём пожелания перед Масленицей.", guests=True,
    )  # fmt: skip
    made = commands.draft_survey(draft, by=by, now=opens - DAY)
    options = ("Концерт", "Ярмарка", "Спортивные игры", "Чаепитие")
    asked = Asked("", "multiple", 1, "Что устроить?", required=True, options=options)
    commands.ask(made.pk, asked, by=by, now=opens - DAY)
    commands.announce_survey(made.pk, by=by, now=opens - DAY)
    for number in range(23):
        said = {"q1": [f"o{number % 4 + 1}"]}
        browser, part = f"demo-browser-{number}", "192.0.2.0/24"
        commands.save_page(made.pk, 1, said, guest=browser, now=opens + DAY)
        commands.send(made.pk, guest=browser, prefix=part, now=opens + DAY)


def survey(now: datetime) -> None:
    """Let the demo's voters answer; nothing twice."""
    if Survey.objects.exists():
        return
    guests(now)
    draw = random.Random(17)
    people = list(Person.objects.filter(email__startswith="voter").order_by("pk"))
    for title, first, last in (
        ("Как вам городской автобус", -22, -9), ("Автобусы этой зимой", -3, 11),
    ):  # fmt: skip
        opens, closes = now + first * DAY, now + last * DAY
        by = accounts.official(accounts.VOTES)
        made = commands.draft_survey(
            commands.Draft(title, opens, closes, "Чтобы составить летнее расписание.",
                           Circle(min_age=14)),
            by=by, now=opens - DAY,
        )  # fmt: skip
        for one in ASKED:
            commands.ask(made.pk, one, by=by, now=opens - DAY)
        commands.announce_survey(made.pk, by=by, now=opens - DAY)
        for person in draw.sample(people, len(people) // (1 if closes < now else 4)):
            _answer(made, person, draw, opens + DAY)


def _answer(made: Survey, person: Person, draw: random.Random, now: datetime) -> None:
    rides = draw.choice(("o1", "o1", "o2", "o3", "o4"))
    said: dict[str, Any] = {
        "q1": rides, "q2": str(draw.choice((2, 3, 3, 4, 5))), "q4": "Хожу пешком",
        "q6": draw.choice(("Вологда, улица Герцена", "Череповец", "", "")),
        "q3": draw.sample(["o1", "o2", "o3", "o4"], draw.randint(1, 2)), "q5": "",
    }  # fmt: skip
    for page in (1, 2, 3):
        commands.save_page(made.pk, page, said, person=person, now=now)
    commands.send(made.pk, person=person, now=now)
