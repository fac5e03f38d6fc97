"""People who say where they live, and people whom a verified account vouches for."""

from __future__ import annotations

import uuid
from datetime import date

from otklik.ground.accounts.models import Attested, Person
from otklik.ground.territories.queries import region, territories
from otklik.participation.projects.commands import declare_resident
from tests.cast import NOW

CITY = "160000, Вологодская обл., г. Вологда, ул. Мира, д. 12, кв. 7"


def citizen(territory: str = "vologda-city", born: date = date(1980, 5, 1)) -> Person:
    person = Person.objects.create_user(f"{uuid.uuid4().hex[:12]}@example.ru", region=region())
    declare_resident(person, territory=territories()[territory], born_on=born, now=NOW)
    return person


def attest(person: Person, registration: str = CITY, born: str = "01.05.1980") -> Person:
    """Let a verified account say where a person is registered and when they were born."""
    Attested.objects.create(
        region=region(), person=person, provider="esia", level="confirmed", birth_date=born,
        gender="F", registration=registration, at=NOW,
    )  # fmt: skip
    return person
