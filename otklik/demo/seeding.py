"""Sixty believable days of a region, lived through the real commands at their own times."""

from __future__ import annotations

import gc
import random
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings
from django.db import connection

from otklik.demo import accounts, pictures
from otklik.demo.living import Life, Staff, live
from otklik.flow.intake.commands import receive
from otklik.flow.intake.rules import NewReport, Refused
from otklik.flow.triage.commands import decide
from otklik.ground.accounts.models import Membership, Official, Person, Role
from otklik.ground.kit import geo
from otklik.ground.territories.models import Settlement, Street
from otklik.ground.territories.queries import region, territories, territory_at
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from otklik.ground.topics.models import Topic

EVERYBODY = "demo-staff@example.ru"


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
    behaviour: dict[str, float]


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
        list(channels), list(channels.values()), [float(h) for h in data["hours"]],
        data["behaviour"],
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
    life = Life(made_of.random, made_of.behaviour, staff, now)
    made = 0
    for moment in _moments(made_of, count, days, now):
        try:
            number_of_case = write(made_of, moment)
        except Refused:
            continue
        made += 1
        if number_of_case:
            live(life, number_of_case, moment)
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
    photos = [pictures.taken(rnd)] if rnd.random() < made_of.behaviour["photographed"] else []
    receipt = receive(new, files=photos, now=moment)
    if not live:
        decide(receipt.report_id, now=moment + timedelta(seconds=2))
    return receipt.number


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
