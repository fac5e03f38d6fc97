"""Reading projects, and what is known of one who wants to take part."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count

from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import public_cases
from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.queries import directory, label
from otklik.participation.projects import rules
from otklik.participation.projects.models import Project, ProjectCase, Resident

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official, Person
    from otklik.participation.projects.models import Audience, Phase

AGES = "age_bands"
START = ("organise_votes", "group")
"""Permissions any of which lets an official begin a project from messages."""
NAMES = {
    "ru": {
        "age": {"": "остальные вместе или возраст неизвестен"},
        "sex": {"f": "женщины", "m": "мужчины", "": "пол не указан или группа мала"},
    },
    "en": {
        "age": {"": "other ages together, or unknown"},
        "sex": {"f": "women", "m": "men", "": "sex not said, or a small group"},
    },
}


def _projects() -> QuerySet[Project]:
    found = Project.objects.filter(region=region()).select_related("organisation", "territory")
    return found.defer("territory__polygon")


def public_projects() -> QuerySet[Project]:
    """Return the projects that everybody may see, newest first."""
    return _projects().exclude(status=Project.Status.DRAFT)


def public_project(slug: str) -> Project:
    """Return a project that everybody may see; Project.DoesNotExist for a draft."""
    return public_projects().get(slug=slug)


def projects_of(official: Official) -> QuerySet[Project]:
    """Return the projects of an official's body."""
    return _projects().filter(organisation=official.organisation_id)


def may_start(official: Official | None) -> bool:
    """Tell whether an official begins projects anywhere."""
    return official is not None and any(map(powers_of(official).anywhere, START))


def project_for(official: Official, project_id: int) -> Project:
    """Return a project that an official leads; Project.DoesNotExist for any other."""
    return led_by(official).get(pk=project_id)


def led_by(official: Official) -> QuerySet[Project]:
    """Return the projects of the bodies where an official begins them, the newest first."""
    grants = [each for one in START for each in powers_of(official).granting(one)]
    found = _projects().filter(within(grants, by_body("organisation")))
    return found.annotate(linked=Count("case_links", distinct=True)).order_by("-made_at")


def cases_of(project: Project) -> QuerySet[Case]:
    """Return the messages tied to a project, the oldest first; who may see them is asked apart."""
    links = ProjectCase.objects.filter(project=project).values("case")
    return Case.objects.filter(pk__in=links).order_by("received_at", "pk")


def public_cases_of(project: Project) -> QuerySet[Case]:
    """Return those of a project's messages that everybody sees."""
    links = ProjectCase.objects.filter(project=project).values("case")
    return public_cases().filter(pk__in=links).order_by("received_at", "pk")


def state_of(phase: Phase, now: datetime) -> str:
    """Return where a phase stands, by the clock."""
    if phase.sealed_at is None:
        return rules.DRAFT
    if now < phase.opens_at:
        return rules.ANNOUNCED
    return rules.OPEN if now < phase.closes_at else rules.CLOSED


def checks_of(phase: Phase, now: datetime) -> list[tuple[str, bool]]:
    """Return what must hold of any phase before it is announced, each with whether it does."""
    return [
        ("Начало ещё впереди", phase.opens_at > now),
        ("Территории существуют", set(phase.audience.territories) <= set(territories())),
    ]


def circle_of(audience: Audience) -> rules.Circle:
    """Return who may take part."""
    return rules.Circle(audience.min_age, frozenset(audience.territories), audience.min_level)


def resident_of(person: Person) -> Resident | None:
    """Return what a person said of themselves."""
    found = Resident.objects.select_related("territory").defer("territory__polygon")
    return found.filter(person=person).first()


def who(person: Person) -> rules.Who:
    """Return what is known of one who wants to take part."""
    resident = resident_of(person)
    if resident is None:
        return rules.Who(person.level)
    born_on = date.fromisoformat(resident.born_on)
    return rules.Who(person.level, resident.territory.code, born_on, resident.sex)


def age_bands() -> list[rules.Band]:
    """Return the ages that are counted together, as the region's list sets them."""
    return [
        rules.Band(code, int(line.extra.get("low", 0)), int(line.extra.get("high", rules.OLDEST)))
        for code, line in directory(AGES).items()
    ]


def crowd(people: Iterable[int], day: date) -> dict[str, dict[str, int]]:
    """Return how many of these people are of each age and sex; small groups are not merged yet."""
    bands = age_bands()
    found: dict[str, Counter[str]] = {"age": Counter(), "sex": Counter()}
    known = {each.person_id: each for each in Resident.objects.filter(person__in=list(people))}
    for person in people:
        one = known.get(person)
        born = date.fromisoformat(one.born_on) if one else None
        found["age"][rules.band_of(bands, born, day)] += 1
        found["sex"][one.sex if one else ""] += 1
    return {name: dict(counted) for name, counted in found.items()}


def groups_in_words(kind: str, counted: Mapping[str, int], language: str) -> list[tuple[str, int]]:
    """Return merged counts of ages or sexes under their names, what is put together last."""
    names = NAMES["en" if language == "en" else "ru"][kind]
    order = {code: place for place, code in enumerate([*directory(AGES), *rules.SEXES])}
    return [
        (names.get(code) or label(AGES, code, language), count)
        for code, count in sorted(counted.items(), key=lambda pair: order.get(pair[0], len(order)))
    ]  # fmt: skip
