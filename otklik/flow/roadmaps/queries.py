"""Reading roadmaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from otklik.flow.roadmaps.models import Roadmap
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import may
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

PLAN = "plan_roadmaps"
HEAVY = ("territory__polygon", "topic__phrases", "topic__synonyms")


def roadmaps() -> QuerySet[Roadmap]:
    """Return all roadmaps, those at work first: whoever sees statistics may see them."""
    found = Roadmap.objects.filter(region=region()).select_related("topic", "territory")
    return found.defer(*HEAVY).annotate(
        planned=Count("measures"), done=Count("measures", filter=Q(measures__state="done"))
    )


def roadmap(roadmap_id: int) -> Roadmap:
    """Return a roadmap; Roadmap.DoesNotExist if there is none."""
    return roadmaps().select_related("opened_by__person", "problem").get(pk=roadmap_id)


def may_plan(official: Official, topic: Topic, territory: Territory | None) -> bool:
    """Tell whether an official may begin or lead a roadmap on that topic and place."""
    grants = powers_of(official)
    return may(
        grants, PLAN, organisation=official.organisation_id, topic=topic.pk,
        territory=territory.pk if territory else None,
    )  # fmt: skip


def plans(official: Official) -> bool:
    """Tell whether an official leads roadmaps at all."""
    return powers_of(official).anywhere(PLAN)
