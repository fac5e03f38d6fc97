"""Sixty believable days of a region, lived through the real commands at their own times."""

from __future__ import annotations

import gc
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings
from django.db import connection

from otklik.demo import accounts
from otklik.flow.cases import commands as cases
from otklik.flow.cases.models import Case
from otklik.flow.cases.rules import Refused as CaseRefused
from otklik.flow.intake.commands import receive
from otklik.flow.intake.rules import NewReport
from otklik.flow.intake.rules import Refused as IntakeRefused
from otklik.flow.rating.commands import rate_answer
from otklik.flow.triage.commands import decide
from otklik.ground.accounts.models import Membership, Official, Person, Role
from otklik.ground.kit import geo
from otklik.ground.territories.models import Settlement, Street
from otklik.ground.territories.queries import region, territories, territory_at
from otklik.ground.topics.known import with_known
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otklik.ground.topics.models import Topic

EVERYBODY = "demo-staff@example.ru"
ANSWERS = (
    "Выехали на место {day}, работы сделала бригада подрядчика. Проверим ещё раз через неделю.",
    "Сделано {day} силами городской службы. Если повторится, напишите нам номер этого сообщения.",
    "Осмотрели {day} вместе с управляющей компанией, замечания устранены, акт подписан.",
    "Работы включены в план, бригада приедет до конца месяца, за сроком следит заместитель главы.",
    "По закону это решает другой орган: объяснили, куда обратиться и какие нужны документы.",
)
RESULTS = ("solved", "solved", "solved", "planned", "explained")


FORGOTTEN, RATED, UPHELD = 0.03, 0.38, 0.6
FORGOTTEN_URGENT = 0.004
"""An overdue emergency reddens its place until it is answered: one or two in a region, not half."""


@dataclass(frozen=True)
class Staff:
    """Who answers, approves and judges in the demo."""

    executor: Official
    approver: Official
    judge: Official
    moderator: Official


@dataclass(frozen=True)
class World:
    """What messages are made of."""

    random: random.Random
    texts: dict[str, list[str]]
    facts: list[Topic]
    weights: list[float]
    places: list[tuple[float, float, str, str, str]]
    place_weights: list[float]
    channels: list[str]
    channel_weights: list[float]
    hours: list[float]


def world(seed: int) -> World:
    """Read the demo's data."""
    folder = Path(settings.REGION_DATA)
    data = yaml.safe_load((folder / "demo.yaml").read_text())
    texts = yaml.safe_load((folder / "demo_texts.yaml").read_text())["texts"]
    shares = {key: float(value) for key, value in data["topics"].items()}
    facts = [fact for fact in topics().facts if fact.code in texts]
    by_category: dict[str, int] = {}
    for fact in facts:
        code = fact.category.code if fact.category else ""
        by_category[code] = by_category.get(code, 0) + 1
    weights = [
        shares.get(fact.category.code if fact.category else "", 0.005)
        / by_category[fact.category.code if fact.category else ""]
        for fact in facts
    ]
    places, place_weights = _places()
    channels = {k: float(v) for k, v in data["channels"].items() if isinstance(v, int | float)}
    return World(
        random.Random(seed), texts, facts, weights, places, place_weights,
        list(channels), list(channels.values()), [float(h) for h in data["rhythm"]["hours"]],
    )  # fmt: skip


def _places() -> tuple[list[tuple[float, float, str, str, str]], list[float]]:
    known = {t.pk: t for t in territories().values()}
    found: list[tuple[float, float, str, str, str]] = []
    weights: list[float] = []
    streets = list(Street.objects.filter(region=region()).select_related("settlement"))
    for street in streets:
        territory = known.get(street.settlement.territory_id)
        if territory:
            same = sum(s.settlement.territory_id == territory.pk for s in streets)
            found.append(
                (street.lat, street.lon, territory.code, street.name, street.settlement.name)
            )
            weights.append(0.75 * territory.population / same)
    for place in Settlement.objects.filter(region=region()):
        territory = known.get(place.territory_id)
        if territory:
            found.append((place.lat, place.lon, territory.code, "", place.name))
            weights.append(0.25 * max(place.population, 300))
    return found, weights


def hurry() -> None:
    """Spare this process what made-up history does not need; before its first statement.

    It need not wait for the disk, nor plan the same few dozen statements thousands of times, nor
    look for rubbish every 700 objects.
    """
    connection.settings_dict["OPTIONS"].update(server_side_binding=True, prepare_threshold=5)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # it may be lost in a crash
    gc.set_threshold(100_000, 50, 1000)


def seed(count: int, days: int, now: datetime, number: int = 35) -> int:
    """Live through `days` days with `count` messages; return how many were made."""
    made_of = world(number)
    staff = Staff(
        everybody(),
        accounts.official(accounts.APPROVER),
        accounts.official(accounts.SECOND_APPROVER),
        accounts.official(accounts.MODERATOR),
    )
    made = 0
    for moment in _moments(made_of, count, days, now):
        try:
            number_of_case = write(made_of, moment)
        except IntakeRefused:
            continue
        made += 1
        if number_of_case:
            _live(made_of, number_of_case, moment, now, staff)
    return made


def everybody() -> Official:
    """Return one demo official who may answer for any body."""
    person = Person.objects.filter(email=EVERYBODY).first() or Person.objects.create_user(
        EVERYBODY, None, region=region(), first_name="Дежурный", last_name="Исполнитель"
    )
    template = accounts.official(accounts.EXECUTOR)
    official, fresh = Official.objects.get_or_create(
        person=person,
        defaults={"region": region(), "organisation": template.organisation,
                  "position": "Исполнитель показа"},
    )  # fmt: skip
    if fresh:
        for role in Role.objects.filter(region=region(), code__in=("executor", "coordinator")):
            Membership.objects.create(region=region(), official=official, role=role)
    return official


def _moments(made_of: World, count: int, days: int, now: datetime) -> Iterator[datetime]:
    rnd = made_of.random
    found: list[datetime] = []
    while len(found) < count:
        day = now - timedelta(days=rnd.randrange(days + 1))
        (hour,) = rnd.choices(range(24), made_of.hours)
        moment = day.replace(hour=hour, minute=rnd.randrange(60), second=rnd.randrange(60))
        if now - timedelta(days=days) <= moment < now:  # today is no fuller than other days
            found.append(moment)
    return iter(sorted(found))


def write(made_of: World, moment: datetime, fact: Topic | None = None,
          around: tuple[float, float, float] | None = None, *,
          live: bool = False) -> str | None:  # fmt: skip
    """Write one message and let triage decide; return its number.

    In a region that is served, `live`, its own worker decides: two would open the case twice.
    """
    rnd = made_of.random
    fact = fact or rnd.choices(made_of.facts, made_of.weights)[0]
    place = rnd.choices(made_of.places, made_of.place_weights)[0]
    lat, lon, _, street, village = place
    spread = 0.004 if street else 0.012
    if around:
        lat, lon, radius = around
        spread = radius / geo.EARTH_M * 57.3
        street, village = "микрорайон Бывалово", "Вологда"
    lat, lon = lat + rnd.gauss(0, spread / 2), lon + rnd.gauss(0, spread)
    text = rnd.choice(made_of.texts[fact.code]).format(
        street=street or village, house=rnd.randrange(1, 60), village=village
    )
    named = rnd.random() < 0.85 or not fact.anonymous  # noqa: PLR2004
    inside = territory_at(lat, lon) is not None
    new = NewReport(
        text=text,
        channel=rnd.choices(made_of.channels, made_of.channel_weights)[0],
        idempotency_key=uuid.uuid4().hex,
        topic=fact.code if rnd.random() < 0.9 else "",  # noqa: PLR2004
        place="pin" if inside else "address",
        lat=lat if inside else None,
        lon=lon if inside else None,
        address="" if inside else f"{village}, {street}",
        contact="phone" if named else "none",
        phone=f"+7921000{rnd.randrange(10_000):04}" if named else "",
        wants_public=rnd.random() < 0.8,  # noqa: PLR2004
    )
    receipt = receive(new, now=moment)
    if not live:
        decide(receipt.report_id, now=moment + timedelta(seconds=2))
    return receipt.number


def _live(made_of: World, number: str, moment: datetime, now: datetime, staff: Staff) -> None:
    """Let a case live until the present: joined, answered, rated, disputed, as people do."""
    rnd = made_of.random
    case = with_known(Case.objects.get(number=number))
    _moderate(rnd, case, moment, now, staff)
    if case.status != "assigned" or case.due is None:
        return
    for n in range(rnd.choices((0, 1, 3), (85, 12, 3))[0]):
        later = moment + timedelta(hours=rnd.uniform(1, 30))
        if later < now:
            key = f"demo:{number}:{n}"
            cases.support_case(number, key=key, channel="app", now=later)
    answered = _answered_at(rnd, case, moment, now)
    if answered >= now or rnd.random() < (FORGOTTEN_URGENT if case.urgent else FORGOTTEN):
        return
    try:
        _answer(made_of, case, staff, answered)
    except CaseRefused:
        return
    rated = answered + timedelta(hours=rnd.uniform(2, 90))
    if rated < now and rnd.random() < RATED and _rate(rnd, number, rated):
        _settle_dispute(made_of, number, rated, now, staff)


def _moderate(
    rnd: random.Random, case: Case, moment: datetime, now: datetime, staff: Staff
) -> None:
    """Let a moderator look at what triage was unsure of."""
    looked = moment + timedelta(minutes=rnd.uniform(3, 40))
    if case.status == "submitted" and case.topic is not None and looked < now:
        cases.register_case(case.number, by=staff.moderator, now=looked)
        case.refresh_from_db()


def _answered_at(rnd: random.Random, case: Case, moment: datetime, now: datetime) -> datetime:
    assert case.due is not None
    term, late = (case.due - moment).total_seconds(), 0.97 if case.urgent else 1.1
    answered = moment + timedelta(seconds=term * rnd.betavariate(2, 2.2) * late)
    if case.urgent:  # no emergency waits while the demo stands open for days
        answered = min(answered, max(case.updated_at, now - timedelta(minutes=1)))
    return answered


def _settle_dispute(
    made_of: World, number: str, rated: datetime, now: datetime, staff: Staff
) -> None:
    """Judge a dispute within a day; an upheld one is answered again and confirmed."""
    judged = rated + timedelta(hours=made_of.random.uniform(3, 22))
    if judged >= now:
        return
    upheld = made_of.random.random() < UPHELD
    reason = "Проверили на месте: автор прав" if upheld else "Работы приняты, акт приложен к делу"
    cases.judge_dispute(number, upheld=upheld, reason=reason, by=staff.judge, now=judged)
    again = judged + timedelta(hours=made_of.random.uniform(10, 40))
    if upheld and again < now:
        case = with_known(Case.objects.get(number=number))
        _answer(made_of, case, staff, again)
        rate_answer(
            number, answer_score=4, result_score=4, now=min(again + timedelta(hours=5), now)
        )


def _answer(made_of: World, case: Case, staff: Staff, at: datetime) -> None:
    rnd = made_of.random
    begun = at - (at - case.updated_at) * 0.6
    cases.start_case(case.number, by=staff.executor, now=begun)
    choice = rnd.randrange(len(ANSWERS))
    result = RESULTS[choice]
    if result == "solved" and case.topic and case.topic.proof:
        result = "explained"  # no photo was taken of what never was
    text = ANSWERS[choice].format(day=f"{at:%d.%m}")
    cases.submit_answer(
        case.number, text=text, result=result, by=staff.executor, now=at - (at - begun) * 0.1
    )
    cases.approve_answer(case.number, by=staff.approver, now=at)


def _rate(rnd: random.Random, number: str, at: datetime) -> bool:
    """Rate as people do; return whether it became a dispute."""
    score = rnd.choices((1, 2, 3, 4, 5), (10, 9, 14, 27, 40))[0]
    result = max(1, min(5, score + rnd.choice((-1, 0, 0))))
    rate_answer(
        number, answer_score=score, result_score=result,
        comment="Ничего не сделано" if result == 1 else "", dispute=result == 1, now=at,
    )  # fmt: skip
    return result == 1


def storm(count: int, now: datetime, made_of: World | None = None) -> Sequence[Any]:
    """Return what to write in a heat outage: facts of heating around one district."""
    made_of = made_of or world(int(now.timestamp()))
    tree = topics()
    heat = [f for f in made_of.facts if f.category and f.category.code == "heat-and-water"]
    dead = [f for f in heat if f.life_support] or heat or list(tree.facts)[:1]
    data = yaml.safe_load((Path(settings.REGION_DATA) / "demo.yaml").read_text())
    centre = data.get("storm", {}).get("center") or [59.1977, 39.9157]
    around = (float(centre[0]), float(centre[1]), 900.0)
    return [(made_of, made_of.random.choice(dead), around) for _ in range(count)]
