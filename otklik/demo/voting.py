"""The demo's votes: one finished at each level of secrecy, two that run, one that is to come.

Ballots are cast by the real commands, each at its own time; the voters are made up.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from otklik.demo import accounts
from otklik.ground.accounts.models import Person
from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.queries import topics
from otklik.participation.ballots import blind, chain, commands
from otklik.participation.ballots.models import Vote
from otklik.participation.projects.commands import declare_resident, start_project
from otklik.participation.projects.rules import Circle

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.participation.projects.models import Project

DAY = timedelta(days=1)
PLACES = ("vologda-city",) * 38 + ("cherepovets-city",) * 34
THEMES = {
    "Набережная у Соборной горки": "yards", "Городской автобус": "transport",
    "Деньги на дворы": "yards",
}  # fmt: skip
"""Projects of the city of Vologda, by their theme."""
FEWER = 20
"""So many more voters live all over the region: their places are printed together."""


@dataclass(frozen=True)
class Told:
    """A vote of the demo: what is asked, from which day to which, how options are liked."""

    project: str
    about: str
    question: str
    method: str
    secrecy: str
    options: tuple[tuple[str, int], ...]
    liked: tuple[int, ...]
    window: tuple[int, int]
    counting: str = ""
    max_choices: int = 1
    rules: dict[str, Any] = field(default_factory=dict)


TOLD = (
    Told(
        "Набережная у Соборной горки", "Проект благоустройства: что построить первым.",
        "С чего начать благоустройство набережной?", "single", "open",
        (("Пешеходная дорожка и свет", 0), ("Спуск к воде", 0), ("Детская площадка", 0)),
        (5, 2, 3), (-40, -26), rules={"quorum": 60, "threshold": 40},
    ),
    Told(
        "Городской автобус", "Какие маршруты нужны чаще.",
        "Какие изменения в автобусах важнее всего?", "ranked", "detached",
        (
            ("Чаще по вечерам", 0), ("Маршрут до областной больницы", 0),
            ("Оплата картой на всех рейсах", 0), ("Тёплые остановки", 0),
        ),
        (4, 5, 2, 3), (-30, -16), counting="stv", max_choices=4, rules={"seats": 2},
    ),
    Told(
        "Деньги на дворы", "Жители делят десять миллионов рублей.",
        "На что потратить десять миллионов?", "budget", "blind",
        (
            ("Каток у школы", 3_500_000), ("Освещение сквера", 2_400_000),
            ("Пандусы в подъездах", 1_800_000), ("Велопарковки", 900_000),
            ("Ремонт лестницы к реке", 4_100_000),
        ),
        (5, 4, 3, 2, 4), (-20, -6), counting="shares", max_choices=3,
        rules={"budget": 10_000_000},
    ),
    Told(
        "Новогодняя ёлка", "Где встретим праздник.",
        "Где поставить главную ёлку области?", "single", "detached",
        (("Площадь Революции", 0), ("Кремлёвская площадь", 0), ("Парк Мира", 0)),
        (3, 4, 2), (-4, 10), rules={"paper": True},
    ),
    Told(
        "Библиотека будущего", "Кружки и часы работы областной библиотеки.",
        "Что вы хотели бы видеть в библиотеке?", "approval", "open",
        (("Работу до десяти вечера", 0), ("Кружок робототехники", 0),
         ("Коворкинг", 0), ("Встречи с писателями", 0)),
        (3, 2, 2, 3), (-2, 12), max_choices=4,
    ),
    Told(
        "Название парома", "Новый паром через Шексну.",
        "Как назвать новый паром?", "single", "blind",
        (("Шексна", 0), ("Белозерье", 0), ("Кирилл Белозерский", 0)),
        (3, 3, 2), (-1, 13),
    ),
)  # fmt: skip


def vote(now: datetime) -> None:
    """Let the demo region vote; nothing twice."""
    if Vote.objects.filter(region=region()).exists():
        return
    draw, morning = random.Random(94), now.replace(hour=9, minute=0, second=0, microsecond=0)
    people = _voters(now - 60 * DAY, draw)
    for told in TOLD:
        opens, closes = (morning + days * DAY for days in told.window)
        made = _announced(told, opens, closes)
        if opens > now:
            continue
        commands.open_vote(made.pk, now=opens)
        came = people if closes < now else people[::3]
        for number, person in enumerate(draw.sample(came, len(came))):
            _cast(made, person, _choice(told, draw), opens + (number + 1) * timedelta(minutes=5))
        if made.paper:
            _on_paper(made, now)
        if closes < now:
            commands.close_vote(made.pk, now=closes)
            commands.publish_vote(made.pk, now=closes + timedelta(minutes=1))


def _voters(now: datetime, draw: random.Random) -> list[Person]:
    places = territories()
    codes = [*PLACES, *draw.choices(sorted(places), k=FEWER)]
    found = []
    for number, code in enumerate(codes):
        person = Person.objects.create_user(f"voter{number}@example.ru", region=region())
        born = date(draw.randint(1945, 2008), draw.randint(1, 12), draw.randint(1, 28))
        sex = ("f", "m", "f", "")[number % 4]
        declare_resident(person, territory=places[code], born_on=born, sex=sex, now=now)
        found.append(person)
    return found


def _announced(told: Told, opens: datetime, closes: datetime) -> Vote:
    by, now = accounts.official(accounts.VOTES), opens - 3 * DAY
    project: Project = start_project(
        title=told.project, summary=told.about, by=by, now=now,
        topic=topics().by_code.get(THEMES.get(told.project, "")),
        territory=territories()["vologda-city"] if told.project in THEMES else None,
    )  # fmt: skip
    draft = commands.Draft(
        question=told.question, about=told.about, method=told.method, counting=told.counting,
        secrecy=told.secrecy, opens_at=opens, closes_at=closes, project=project,
        options=tuple(commands.Option(label, cost=cost) for label, cost in told.options),
        max_choices=told.max_choices, circle=Circle(min_age=14), **told.rules,
    )  # fmt: skip
    made = commands.draft_vote(draft, by=by, now=now)
    return commands.announce_vote(made.pk, by=by, now=now)


def _choice(told: Told, draw: random.Random) -> list[str]:
    keys = [f"v{place}" for place in range(1, len(told.options) + 1)]
    wanted = sorted(keys, key=lambda key: -draw.random() * told.liked[int(key[1:]) - 1])
    many = draw.randint(1, told.max_choices)
    return wanted[:many] if told.method == "ranked" else sorted(wanted[:many])


def _cast(made: Vote, person: Person, choices: list[str], now: datetime) -> None:
    secret = bytes(random.SystemRandom().randbytes(chain.CODE_BYTES))
    if made.secrecy == "open":
        commands.cast_open(made.pk, voter=person, choices=choices, now=now)
    elif made.secrecy == "detached":
        code = chain.code_of(secret)
        commands.cast_detached(made.pk, voter=person, code=code, choices=choices, now=now)
    else:
        said = _blind_ballot(made, person, secret, choices, now)
        commands.cast_blind(made.pk, said=said, now=now + timedelta(hours=1))


def _on_paper(made: Vote, now: datetime) -> None:
    """Enter some sheets: agreed, read differently, and one that waits for its second reader."""
    one, two = accounts.official(accounts.VOTES), accounts.official(accounts.SECOND_VOTES)
    for number, (first, second) in enumerate(SHEETS, start=101):
        scan = SimpleUploadedFile(f"list-{number}.png", _sheet(made, number, first))
        sheet = commands.enter_sheet(made.pk, number, first, scan=[scan], by=one, now=now)
        if second:
            commands.read_sheet(sheet.pk, second, by=two, now=now)


SHEETS: tuple[tuple[list[str], list[str]], ...] = (
    (["v1"], ["v1"]), (["v2"], ["v2"]), (["v2"], ["v3"]), (["v1"], []),
)  # fmt: skip


def _sheet(made: Vote, number: int, marked: list[str]) -> bytes:
    """Draw a sheet as it was filled in: its number, boxes, a cross."""
    options = list(made.options.all())
    sheet = Image.new("L", (420, 110 + 60 * len(options)), 250)
    draw = ImageDraw.Draw(sheet)
    draw.text((30, 25), f"No {number}", fill=20, font_size=28)
    for place, each in enumerate(options):
        top = 90 + 60 * place
        draw.rectangle((30, top, 66, top + 36), outline=20, width=3)
        draw.text((90, top + 4), f"{place + 1}", fill=20, font_size=26)
        if each.key in marked:
            draw.line((34, top + 4, 62, top + 32), fill=40, width=4)
            draw.line((62, top + 4, 34, top + 32), fill=40, width=4)
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()


def _blind_ballot(
    made: Vote, person: Person, secret: bytes, choices: list[str], now: datetime
) -> dict[str, Any]:
    """Do what the voter's browser does."""
    key, vote = blind.public_key(made.manifest["token_key"]), made.manifest_hash
    own = chain.ballot_key(secret, vote)
    token, nonce = chain.public_of(own), random.SystemRandom().randbytes(32).hex()
    prepared = blind.prepare(blind.token_message(vote, token))
    hidden, inverse = blind.blind(key, prepared)
    signed = commands.issue_token(made.pk, voter=person, blinded=hidden, now=now)
    core = chain.core(vote, token, 1, choices, nonce)
    return {
        "token": token, "rev": 1, "choices": choices, "nonce": nonce,
        "prefix": prepared[: blind.PREFIX_BYTES].hex(), "signature": chain.sign(own, core),
        "token_signature": blind.finalize(key, prepared, signed, inverse).hex(),
    }  # fmt: skip
