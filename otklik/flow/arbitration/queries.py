"""Which routing rules the hand-overs of coordinators propose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Q

from otklik.flow.arbitration.models import Verdict
from otklik.flow.cases.models import Assignment
from otklik.ground.accounts.queries import powers_of
from otklik.ground.organisations.queries import organisations_by_id
from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.models import RoutingRule
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

EDIT = "edit_ground"
CASES, DAYS, EXAMPLES = 5, 60, 5


@dataclass(frozen=True)
class Proposal:
    """So many cases of one topic and place went by a rule elsewhere and by hand to this body."""

    topic: Topic
    territory: Territory
    organisation: Organisation
    cases: int
    examples: tuple[str, ...]

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.topic.code}/{self.territory.code}/{self.organisation.code}"


def may_settle(official: Official) -> bool:
    """Tell whether an official changes rules of the whole region."""
    return powers_of(official).everywhere(EDIT)


def proposals(now: datetime) -> list[Proposal]:
    """Return the rules that hand-overs propose, by number of cases; never what stands already."""
    told = region().settings.get("routing_proposals", {})
    since = now - timedelta(days=int(told.get("days", DAYS)))
    rows = _handed(since).values("case__topic", "case__territory", "organisation").annotate(
        n=Count("case", distinct=True), numbers=ArrayAgg("case__number", distinct=True)
    ).filter(n__gte=int(told.get("cases", CASES))).order_by("-n")  # fmt: skip
    places = {each.pk: each for each in territories().values()}
    bodies, tree = organisations_by_id(), topics().by_id
    return [
        Proposal(
            tree[row["case__topic"]], places[row["case__territory"]], bodies[row["organisation"]],
            row["n"], tuple(row["numbers"][:EXAMPLES]),
        )
        for row in rows
        if row["case__topic"] in tree and row["case__territory"] in places
        and row["organisation"] in bodies
    ]  # fmt: skip


def _handed(since: datetime) -> QuerySet[Assignment]:
    """Return the last hand-overs by people, to another body than the rule had given."""
    hops = Assignment.objects.filter(case=OuterRef("case"))
    ruled = hops.filter(rule__isnull=False, by=None).exclude(organisation=OuterRef("organisation"))
    same = {"topic": OuterRef("case__topic"), "territory": OuterRef("case__territory"),
            "organisation": OuterRef("organisation")}  # fmt: skip
    settled = Verdict.objects.filter(**same, at__gte=OuterRef("at"))
    stands = RoutingRule.objects.filter(**same, active=True)
    return Assignment.objects.filter(
        Exists(ruled), ~Exists(hops.filter(pk__gt=OuterRef("pk"))), ~Exists(settled),
        ~Exists(stands), Q(returned_at=None), region=region(), by__isnull=False, at__gte=since,
        case__topic__isnull=False, case__territory__isnull=False, case__closed_contour=False,
    )  # fmt: skip


def proposal(key: str, now: datetime) -> Proposal | None:
    """Return a proposal that still stands."""
    return next((each for each in proposals(now) if each.key == key), None)


def verdicts() -> QuerySet[Verdict]:
    """Return what was said of proposals, last first."""
    related = ("topic", "territory", "organisation", "by__person")
    found = Verdict.objects.filter(region=region()).select_related(*related)
    return found.defer("territory__polygon")
