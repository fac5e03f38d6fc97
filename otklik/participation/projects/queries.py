"""Reading projects, and what is known of one who wants to take part."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from otklik.ground.territories.queries import region, territories
from otklik.participation.projects import rules
from otklik.participation.projects.models import Project, Resident

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official, Person
    from otklik.participation.projects.models import Audience, Phase


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
    return rules.Who(person.level, resident.territory.code, date.fromisoformat(resident.born_on))
