"""The demo's petitions: one that gathers signatures, one that reached its threshold and ended."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.demo import accounts
from otklik.ground.accounts.models import Person
from otklik.participation.petitions import commands
from otklik.participation.petitions.models import Petition
from otklik.participation.projects.rules import Circle

if TYPE_CHECKING:
    from datetime import datetime

DAY = timedelta(days=1)
TOLD = (
    ("Верните вечерний автобус до больницы",
     "Последний рейс теперь в 18:40, а смена в больнице заканчивается в восемь. Просим вернуть"
     " рейсы в 20:15 и 21:00.", "Совет медсестёр областной больницы", 40, (-30, -9), 47),
    ("Сохраните яблоневый сад на улице Ленинградской",
     "Саду шестьдесят лет, весной туда приходит весь район. Просим не отдавать его под стоянку и"
     " внести в перечень зелёных зон.", "Инициативная группа «Наш сад»", 300, (-6, 54), 38),
)  # fmt: skip


def petition(now: datetime) -> None:
    """Let the demo's voters sign; nothing twice."""
    if Petition.objects.exists():
        return
    draw, by = random.Random(64), accounts.official(accounts.VOTES)
    people = list(Person.objects.filter(email__startswith="voter").order_by("pk"))
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    for title, about, initiator, threshold, (first, last), count in TOLD:
        opens = morning + first * DAY
        draft = commands.Draft(title, about, initiator, threshold, opens, morning + last * DAY,
                               Circle(min_age=14))  # fmt: skip
        made = commands.draft_petition(draft, by=by, now=opens - DAY)
        commands.announce_petition(made.pk, by=by, now=opens - DAY)
        for number, person in enumerate(draw.sample(people, min(count, len(people)))):
            commands.sign(made.pk, person=person, now=opens + number * timedelta(hours=2))
