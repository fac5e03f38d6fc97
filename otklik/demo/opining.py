"""The demo's opinions: one collection that ended with its groups, one that runs; all made up."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.demo import accounts
from otklik.ground.accounts.models import Person
from otklik.participation.projects.rules import Circle
from otklik.participation.statements import commands, timers
from otklik.participation.statements.models import Conversation

if TYPE_CHECKING:
    from datetime import datetime

DAY = timedelta(days=1)
SEEDS = (
    ("Двор прежде всего должен быть удобен тем, кто ходит пешком", 1, 1),
    ("Снег во дворах нужно вывозить, а не сдвигать на газон", 1, 1),
    ("Детской площадке нужно место, даже если придётся убрать часть стоянки", 1, -1),
    ("Машин во дворах слишком много: пусть ставят за домом", 1, -1),
    ("Запрещать стоянку у подъезда нельзя: людям некуда ставить машины", -1, 1),
    ("Лучше платная стоянка рядом, чем бесплатный хаос во дворе", 1, -1),
    ("Шлагбаум во дворе — это правильно", -1, 1),
    ("Деревья важнее, чем лишнее место для машины", 1, -1),
)  # fmt: skip
"""What is said, and on which side of it each of the two camps of the demo stands."""
ADDED = ("Освещение должно гореть всю ночь, а не до полуночи",
         "Жителям нужно показывать смету до ремонта, а не после")  # fmt: skip
PEOPLE, SOME = 56, 12


def opine(now: datetime) -> None:
    """Let the demo's voters answer; nothing twice."""
    if Conversation.objects.exists():
        return
    draw = random.Random(63)
    people = list(Person.objects.filter(email__startswith="voter").order_by("pk"))
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    for title, first, last, count in (
        ("Каким должен быть двор", -25, -11, PEOPLE), ("Двор зимой", -2, 12, SOME),
    ):  # fmt: skip
        made = _announced(title, morning + first * DAY, morning + last * DAY)
        for number, person in enumerate(draw.sample(people, min(count, len(people)))):
            _answer(made, person, number % 5 < 2, draw)  # noqa: PLR2004
        if last < 0:
            timers.run(now)
        else:
            for text, person in zip(ADDED, people, strict=False):
                commands.add(made.pk, text, key=uuid.UUID(int=draw.getrandbits(128)),
                             person=person, now=made.phase.opens_at + DAY)  # fmt: skip


def _announced(title: str, opens: datetime, closes: datetime) -> Conversation:
    by = accounts.official(accounts.VOTES)
    draft = commands.Draft(
        title, opens, closes, "Чтобы правила благоустройства не делили жителей на тех и этих.",
        circle=Circle(min_age=14),
    )  # fmt: skip
    made = commands.draft_conversation(draft, by=by, now=opens - DAY)
    seeds = "\n".join(text for text, *_sides in SEEDS)
    commands.write_seeds(made.pk, seeds, by=by, now=opens - DAY)
    return commands.announce_conversation(made.pk, by=by, now=opens - DAY)


def _answer(made: Conversation, person: Person, other: bool, draw: random.Random) -> None:
    for one, (_text, *sides) in zip(made.statements.order_by("pk"), SEEDS, strict=True):
        side = sides[other] if draw.random() > 0.12 else draw.choice((-1, 0, 1))  # noqa: PLR2004
        said = {1: "agree", -1: "disagree", 0: "pass"}[side]
        commands.answer(made.pk, one.pk, said, person=person, now=made.phase.opens_at + DAY)
