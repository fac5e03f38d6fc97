"""Reading whom a body must get in touch with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from otklik.flow.amends.models import Duty
from otklik.flow.amends.rules import Term
from otklik.flow.cases.queries import visible_to
from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region, set_by

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official

HEAD = "extend"
"""Who holds it over a body is its head: the same whom a missed deadline is told to."""


def term() -> Term:
    """Return how long the region gives a body to get in touch."""
    return set_by("low_rating", Term)


def duties_for(official: Official) -> QuerySet[Duty]:
    """Return the duties of the bodies that an official heads, in cases that they see."""
    own = within(powers_of(official).granting(HEAD), by_body("organisation"))
    found = Duty.objects.filter(own, region=region(), case__in=visible_to(official).values("pk"))
    return found.select_related("case__topic", "organisation", "rating", "done_by__person")


def open_for(official: Official) -> QuerySet[Duty]:
    """Return those that wait, the most urgent first."""
    return duties_for(official).filter(done_at=None).order_by("due", "pk")


def done_for(official: Official) -> QuerySet[Duty]:
    """Return those that were done, the last first."""
    return duties_for(official).exclude(done_at=None).order_by(F("done_at").desc())


def counts_for(official: Official, now: datetime) -> dict[str, int]:
    """Count what waits and what is overdue."""
    found = duties_for(official).filter(done_at=None).order_by()
    return found.aggregate(all=Count("pk"), late=Count("pk", filter=Q(due__lt=now)))


def duties_of(case: Case) -> list[Duty]:
    """Return what was owed to a case's author and what came of it."""
    return list(Duty.objects.filter(case=case).select_related("organisation").order_by("pk"))
