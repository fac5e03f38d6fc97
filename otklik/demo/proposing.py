"""The demo's proposals of residents, an initiative project and a people's budget, whole.

Told by the real commands, each at its own time; all made up.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.timezone import localdate

from otklik.demo import accounts
from otklik.flow.cases.queries import public_cases
from otklik.ground.accounts.models import Person
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from otklik.participation.ballots import chain
from otklik.participation.ballots import commands as votes
from otklik.participation.ballots.models import Vote
from otklik.participation.outcomes import commands as outcomes
from otklik.participation.projects import commands as projects
from otklik.participation.projects.models import Project
from otklik.participation.projects.rules import Circle
from otklik.participation.proposals import commands
from otklik.participation.proposals.models import Proposal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

DAY = timedelta(days=1)
CITY, BODY, BUDGET = "vologda-city", "adm-vologda-city", "Деньги на дворы"
SPORTS = commands.Said(
    "project", "Лыжня с подсветкой в Парке Мира",
    "Зимой в парке темно уже в четыре. Просим осветить круг в два километра: ходят и школы, и"
    " пенсионеры, и семьи после работы. Часть работ готовы сделать сами.",
    None, initiator="Лыжный клуб «Заречье»",
)  # fmt: skip
WAITING = (
    ("petition", "Переход у школы на улице Конева",
     "Дети перебегают дорогу у остановки: ближайший переход в трёхстах метрах. Просим переход со"
     " светофором по вызову."),
    ("project", "Сквер вместо пустыря на улице Горького",
     "Пустырь стоит десять лет. Просим дорожки, свет и деревья; посадить готовы сами."),
)  # fmt: skip
STAGES = (
    ("info", "Приём предложений", "Жители предложили двадцать три идеи, девять из них похожи"
     " между собой и объединены.", -62, -42),
    ("review", "Проверка идей и цены", "Отобраны пять идей, которые по закону вправе сделать"
     " муниципалитет. Цена каждой посчитана по расценкам этого года.", -42, -21),
    ("info", "Ход работ", "Что построено и когда, с датами, — ниже, в обязательствах.", -5, 60),
)  # fmt: skip


def propose(now: datetime) -> None:
    """Let residents propose, officials look, people vote, the city promise; nothing twice."""
    if Proposal.objects.exists():
        return
    draw = random.Random(73)
    people = list(Person.objects.filter(email__startswith="voter").order_by("pk"))
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    _initiative(people, morning, draw)
    _people_s_budget(morning)
    _waiting(people, now)


def _said(said: commands.Said) -> commands.Said:
    return commands.Said(
        said.kind, said.title, said.about, organisations()[BODY], territories()[CITY],
        said.initiator,
    )  # fmt: skip


def _initiative(people: list[Person], morning: datetime, draw: random.Random) -> None:
    """From a proposal to a promise: sent, looked at, reviewed, voted on, decided."""
    looks, by = accounts.official(accounts.MODERATOR), accounts.official(accounts.VOTES)
    sent = commands.propose(_said(SPORTS), person=people[3], now=morning - 52 * DAY)
    project = commands.publish(sent.pk, by=looks, now=morning - 51 * DAY)
    stage = projects.plan_stage(
        project, kind="review", title="Экспертиза и смета", by=by, now=morning - 50 * DAY,
        text="Земля парка — городская, сети рядом. Смета: 3,1 млн рублей, из них 0,4 — силами"
        " клуба.", opens_at=morning - 50 * DAY, closes_at=morning - 24 * DAY,
    )  # fmt: skip
    projects.announce_stage(project, stage.phase_id, by=by, now=morning - 50 * DAY)
    opens, closes = morning - 23 * DAY, morning - 13 * DAY
    made = votes.draft_vote(
        votes.Draft(
            "Какой круг осветить первым?", "single", "detached", opens, closes,
            (votes.Option("Малый, 900 метров"), votes.Option("Большой, два километра")),
            project=project, about="Деньги на этот год — на один круг.", circle=Circle(min_age=14),
        ), by=by, now=opens - DAY,
    )  # fmt: skip
    votes.announce_vote(made.pk, by=by, now=opens - DAY)
    votes.open_vote(made.pk, now=opens)
    for number, person in enumerate(draw.sample(people, min(31, len(people)))):
        code = chain.code_of(random.SystemRandom().randbytes(chain.CODE_BYTES))
        at = opens + (number + 1) * timedelta(minutes=7)
        choice = ["v2" if number % 3 else "v1"]
        votes.cast_detached(made.pk, voter=person, code=code, choices=choice, now=at)
    votes.close_vote(made.pk, now=closes)
    votes.publish_vote(made.pk, now=closes + timedelta(minutes=1))
    said = morning - 8 * DAY
    _decided(
        made.phase_id, "Большой круг: за него две трети голосов.", said,
        (("Поставить опоры и провести кабель, два километра", 24, 35,
          "Стоят 26 опор из 60, работы видны с главной аллеи."),
         ("Открыть лыжню с подсветкой", 30, 0, "")),
    )  # fmt: skip


def _decided(
    phase: int, reason: str, said: datetime, promised: Sequence[tuple[str, int, int, str]]
) -> None:
    by = accounts.official(accounts.VOTES)
    ruling = outcomes.decide(
        phase,
        outcomes.Said(
            "accepted", reason, "Клара Зимина, заместитель главы города", localdate(said),
            topic=topics().by_code.get("yards"),
        ), by=by, now=said,
    )  # fmt: skip
    for what, days, percent, text in promised:
        one = outcomes.promise(
            ruling.pk, what=what, organisation=organisations()[BODY], by=by, now=said,
            due=localdate(said) + timedelta(days=days),
        )  # fmt: skip
        if percent:
            outcomes.progress(
                one.pk, percent=percent, by=by, now=said + 4 * DAY, text=text,
            )  # fmt: skip


PROMISED = {
    "Каток у школы": ("Залить каток у школы", 30, 40, "Борта стоят, ждём мороза, чтобы заливать."),
    "Освещение сквера": ("Осветить сквер", 40, 10, "Проект готов, опоры заказаны."),
    "Пандусы в подъездах": ("Поставить пандусы в двенадцати подъездах", 55, 0, ""),
    "Велопарковки": ("Поставить велопарковки", 45, 0, ""),
    "Ремонт лестницы к реке": ("Отремонтировать лестницу к реке", 60, 0, ""),
}
"""What is promised for each proposal that residents choose: days, per cent done, what is told."""


def _people_s_budget(morning: datetime) -> None:
    """Tell what came before the vote that shared the money, and what came after it."""
    found, by = Project.objects.filter(title=BUDGET).first(), accounts.official(accounts.VOTES)
    vote = Vote.objects.filter(phase__project=found, status="closed").first()
    if found is None or vote is None:
        return
    for kind, title, text, first, last in STAGES:
        at = morning + first * DAY
        made = projects.plan_stage(
            found, kind=kind, title=title, text=text, opens_at=at,
            closes_at=morning + last * DAY, by=by, now=at,
        )  # fmt: skip
        projects.announce_stage(found, made.phase_id, by=by, now=at)
    _decided(
        vote.phase_id, "Деньги делим так, как посчитали бюллетени.", morning - 4 * DAY,
        [PROMISED[label] for key, label in vote.options.values_list("key", "label")
         if key in vote.result["chosen"]],
    )  # fmt: skip


def _waiting(people: list[Person], now: datetime) -> None:
    """Leave one proposal to a moderator and one to its author."""
    for number, (kind, title, about) in enumerate(WAITING):
        said = _said(commands.Said(kind, title, about, None))
        sent = commands.propose(said, person=people[5 + number], now=now - (2 + number) * DAY)
    commands.answer(
        sent.pk, back=True, reason="unclear", by=accounts.official(accounts.MODERATOR),
        text="Напишите, между какими домами пустырь: на улице их два.", now=now - DAY,
    )  # fmt: skip


def grow(now: datetime) -> None:
    """Tie open messages of the city to the budget that grew from them."""
    found, yards = Project.objects.filter(title=BUDGET).first(), topics().by_code.get("yards")
    if found is None or yards is None or found.case_links.exists():
        return
    open_ones = public_cases().filter(territory__code=CITY, topic__in=topics().under(yards))
    cases = list(open_ones.order_by("received_at", "pk")[:12])
    projects.link_cases(found, cases, by=accounts.official(accounts.VOTES), now=now)
