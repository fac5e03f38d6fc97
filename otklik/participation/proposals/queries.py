"""Reading proposals: one's own, those that an official checks, the one behind a project."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory
from otklik.participation.proposals import rules
from otklik.participation.proposals.models import Proposal

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.topics.models import Directory
    from otklik.participation.projects.models import Project

MODERATE = "moderate_discussions"
REASONS = "proposal_reasons"
TABS = (rules.SENT, rules.RETURNED, rules.ACCEPTED, rules.REFUSED)


def limits() -> rules.Limits:
    """Return what may be proposed, as the region sets it."""
    return rules.limits(region().settings.get("proposals", {}))


def reasons() -> dict[str, Directory]:
    """Return why a proposal is returned or refused, by code."""
    return directory(REASONS)


def answer_by(reached_at: datetime | None) -> datetime | None:
    """Return by when the body answers a petition whose threshold was reached."""
    return reached_at + timedelta(days=limits().answer_days) if reached_at else None


def _proposals() -> QuerySet[Proposal]:
    found = Proposal.objects.filter(region=region())
    return found.select_related("organisation", "territory", "project").defer("territory__polygon")


def proposals_by(person: Person) -> QuerySet[Proposal]:
    """Return a person's own proposals, the newest first."""
    return _proposals().filter(person=person).prefetch_related("steps")


def own(person: Person, proposal_id: int) -> Proposal:
    """Return a person's own proposal; Proposal.DoesNotExist for anybody else's."""
    return proposals_by(person).get(pk=proposal_id)


def proposals_for(official: Official) -> QuerySet[Proposal]:
    """Return the proposals that an official checks, the longest waiting first."""
    grants = powers_of(official).granting(MODERATE)
    return _proposals().filter(within(grants, by_body("organisation"))).order_by("sent_at")


def proposal_for(official: Official, proposal_id: int) -> Proposal:
    """Return a proposal that an official checks; Proposal.DoesNotExist for any other."""
    return proposals_for(official).get(pk=proposal_id)


def waiting(official: Official) -> int:
    """Return how many proposals wait for an official."""
    return proposals_for(official).filter(state=rules.SENT).count()


def behind(project: Project) -> Proposal | None:
    """Return the proposal that a project grew from."""
    return _proposals().filter(project=project).first()
