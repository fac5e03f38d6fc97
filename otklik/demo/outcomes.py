"""What came of the demo's votes: one decided with promises kept, running and broken, one not yet.

Told by the real commands, each at its own time.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.timezone import localdate

from otklik.demo import accounts, pictures
from otklik.ground.organisations.queries import organisations
from otklik.ground.topics.queries import topics
from otklik.participation.ballots.models import Vote
from otklik.participation.outcomes import commands
from otklik.participation.outcomes.models import Ruling

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.participation.outcomes.models import Obligation

DAY = timedelta(days=1)
CITY = "adm-vologda-city"
EMBANKMENT = "С чего начать благоустройство набережной?"
BUS = "Какие изменения в автобусах важнее всего?"


def decide(now: datetime) -> None:
    """Let bodies decide on two finished votes of the demo; nothing twice."""
    if Ruling.objects.exists():
        return
    votes = {each.question: each for each in Vote.objects.filter(status="closed")}
    if EMBANKMENT not in votes or BUS not in votes:
        return
    by, theme = accounts.official(accounts.VOTES), {each.code: each for each in topics().categories}
    said = now - 18 * DAY
    first = commands.decide(
        votes[EMBANKMENT].phase_id,
        commands.Said(
            verdict="accepted", decided_on=localdate(said),
            signer="Клара Зимина, заместитель главы города",
            reason="Дорожка и свет — первая очередь: за них больше всех голосов. Спуск к воде и"
            " площадку проектируем вместе, деньги на них просим на следующий год.",
            document="Распоряжение администрации № 45-р (учебное)", topic=theme.get("yards"),
        ),
        by=by, now=said,
    )  # fmt: skip
    light = _promise(first, "Осветить дорожку вдоль набережной", said, 14)
    path = _promise(first, "Замостить пешеходную дорожку, 640 метров", said, 58)
    _promise(first, "Показать жителям проект спуска к воде", said, 12)
    commands.keep(
        light.pk, on=localdate(now - 6 * DAY), by=by, now=now - 6 * DAY,
        files=[pictures.taken(random.Random(7), mended=True)],
        text="Поставили 22 фонаря, включили все. Ночью свет приглушён наполовину.",
    )  # fmt: skip
    commands.progress(
        path.pk, percent=60, by=by, now=now - 2 * DAY,
        text="Замостили 380 метров от моста до Соборной горки. Плитку на остаток привезли.",
    )  # fmt: skip
    said = now - 9 * DAY
    second = commands.decide(
        votes[BUS].phase_id,
        commands.Said(
            verdict="partly", decided_on=localdate(said),
            signer="Начальник отдела транспорта администрации города",
            reason="Вечерние рейсы добавим. Маршрут до больницы требует второй остановки у"
            " переезда: пока её нет, обещать не можем и вернёмся к этому весной.",
            topic=theme.get("transport"),
        ),
        by=by, now=said,
    )  # fmt: skip
    _promise(second, "Добавить шесть вечерних рейсов на трёх маршрутах", said, 30)


def _promise(ruling: Ruling, what: str, now: datetime, days: int) -> Obligation:
    return commands.promise(
        ruling.pk, what=what, organisation=organisations()[CITY], now=now,
        due=localdate(now) + timedelta(days=days), by=accounts.official(accounts.VOTES),
    )  # fmt: skip
