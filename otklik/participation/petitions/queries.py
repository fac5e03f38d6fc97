"""Reading petitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region
from otklik.participation.petitions import rules
from otklik.participation.petitions.models import Petition, PetitionSignature
from otklik.participation.projects.queries import checks_of, state_of
from otklik.participation.projects.rules import VERIFIED

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official, Person
    from otklik.participation.projects.models import Project

ORGANISE = "organise_votes"
BODY = "phase__project__organisation"


def _petitions() -> QuerySet[Petition]:
    found = Petition.objects.filter(region=region()).select_related(BODY, "phase__audience")
    return found.annotate(signed=Count("signatures"))


def get(petition_id: int) -> Petition:
    """Return a petition."""
    return _petitions().get(pk=petition_id)


def public_petitions() -> QuerySet[Petition]:
    """Return the petitions that everybody sees, the newest window first."""
    return _petitions().filter(phase__sealed_at__isnull=False).order_by("-phase__closes_at")


def public_petition(slug: str) -> Petition:
    """Return a petition that everybody sees; Petition.DoesNotExist for a draft."""
    return public_petitions().get(slug=slug)


def petitions_in(project: Project) -> QuerySet[Petition]:
    """Return a project's petitions that everybody sees."""
    return public_petitions().filter(phase__project=project)


def petitions_of(official: Official) -> QuerySet[Petition]:
    """Return the petitions of the bodies where an official organises."""
    grants = powers_of(official).granting(ORGANISE)
    return _petitions().filter(within(grants, by_body(BODY))).order_by("-made_at")


def petition_for(official: Official, petition_id: int) -> Petition:
    """Return a petition that an official organises; Petition.DoesNotExist for any other."""
    return petitions_of(official).get(pk=petition_id)


def state(found: Petition, now: datetime) -> str:
    """Return where a petition stands by the clock."""
    return state_of(found.phase, now)


def check_list(found: Petition, now: datetime) -> list[tuple[str, bool]]:
    """Return what must hold before a petition is announced, each with whether it does."""
    phase = found.phase
    return [
        *checks_of(phase, now),
    ]


def came(found: Petition) -> dict[str, int]:
    """Return how many signed: all, verified, and how far that is."""
    counted: dict[str, int] = found.signatures.aggregate(
        total=Count("pk"), verified=Count("pk", filter=Q(level__in=VERIFIED))
    )
    return {**counted, "percent": rules.percent(counted["total"], found.threshold)}


def own(found: Petition, person: Person) -> PetitionSignature | None:
    """Return a person's signature."""
    return found.signatures.filter(person=person).first()
