"""Reading instructions: an official sees those given, controlled or fulfilled by them or theirs."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from otklik.flow.instructions import rules
from otklik.flow.instructions.models import Instruction, InstructionFile, InstructionStep
from otklik.ground.accounts.bounds import within
from otklik.ground.accounts.models import Official
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import may
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

INSTRUCT, FULFIL, READ = "instruct", "fulfil", "see_statistics"
PEOPLE = 300
RELATED = ("organisation", "territory", "topic", "official__person", "given_by__person",
           "control_by__person", "problem")  # fmt: skip
HEAVY = ("territory__polygon", "topic__phrases", "topic__synonyms")


def _within(official: Official, permission: str) -> Q:
    return within(powers_of(official).granting(permission))


def _all() -> QuerySet[Instruction]:
    return Instruction.objects.filter(region=region()).select_related(*RELATED).defer(*HEAVY)


def _mine(official: Official) -> Q:
    """What waits for this official: given to them, or to their body and nobody in person."""
    return Q(official=official) | (Q(official=None) & _within(official, FULFIL))


def instructions_for(official: Official) -> QuerySet[Instruction]:
    """Return every instruction that an official may see: their own and those within powers."""
    own = Q(given_by=official) | Q(control_by=official) | Q(official=official)
    scopes = [_within(official, permission) for permission in (INSTRUCT, FULFIL, READ)]
    return _all().filter(reduce(or_, scopes, own))


def instruction_for(official: Official, instruction_id: int) -> Instruction:
    """Return one that an official may see; Instruction.DoesNotExist for any other."""
    return instructions_for(official).get(pk=instruction_id)


TABS = ("mine", "given", "check", "overdue", "open", "closed")


def tab(official: Official, name: str, now: datetime) -> QuerySet[Instruction]:
    """Return the instructions of one list of the desk, the most pressing first."""
    found = instructions_for(official)
    ways = {
        "mine": Q(status__in=rules.WAITS_FOR_EXECUTOR) & _mine(official),
        "given": Q(given_by=official) | Q(control_by=official),
        "check": Q(status=rules.REPORTED) & (Q(given_by=official) | Q(control_by=official)),
        "overdue": late(now),
        "open": Q(status__in=rules.OPEN),
        "closed": ~Q(status__in=rules.OPEN),
    }
    order = ("-closed_at", "-pk") if name == "closed" else ("due", "pk")
    return found.filter(ways[name]).order_by(*order)


def waiting(official: Official, now: datetime) -> dict[str, int]:
    """Return how much presses an official: `new` to take on, `late`, and `all`, each once."""
    new = Q(status=rules.GIVEN)
    found: dict[str, int] = (
        tab(official, "mine", now)
        .order_by()
        .aggregate(
            new=Count("pk", filter=new & ~late(now), distinct=True),
            late=Count("pk", filter=late(now), distinct=True),
            all=Count("pk", filter=new | late(now), distinct=True),
        )
    )
    return found


def late(now: datetime) -> Q:
    """What is overdue."""
    return Q(status__in=rules.WAITS_FOR_EXECUTOR, due__lt=now)


def may_work(official: Official) -> bool:
    """Tell whether instructions concern this official at all."""
    powers = powers_of(official)
    return powers.anywhere(INSTRUCT) or powers.anywhere(FULFIL)


def may_give(
    official: Official,
    organisation: Organisation,
    territory: Territory | None,
    topic: Topic | None,
) -> bool:
    """Tell whether an official may instruct that body on that place and topic."""
    return may(
        powers_of(official), INSTRUCT, organisation=organisation.pk,
        territory=territory.pk if territory else None, topic=topic.pk if topic else None,
    )  # fmt: skip


def sides_of(official: Official, one: Instruction) -> frozenset[str]:
    """Return on which sides of an instruction an official stands."""
    sides = set()
    where: dict[str, Any] = {
        "organisation": one.organisation_id, "territory": one.territory_id, "topic": one.topic_id,
    }  # fmt: skip
    if official.pk in {one.given_by_id, one.control_by_id}:
        sides.add("giver")
    if one.official_id == official.pk or may(powers_of(official), FULFIL, **where):
        sides.add("executor")
    return frozenset(sides)


def steps_of(official: Official, one: Instruction) -> tuple[rules.Step, ...]:
    """Return what an official may do with it now: by its state, their side, separate duties."""
    found = rules.steps_for(one.status, sides_of(official, one))
    own = official.pk == one.reported_by_id
    return tuple(each for each in found if not (own and each.verb in {"confirm", "send_back"}))


def history_of(one: Instruction) -> QuerySet[InstructionStep]:
    """Return the steps of an instruction with their files, the first one first."""
    return one.steps.select_related("by__person", "by__organisation").prefetch_related("files")


def file_of(one: Instruction, token: str) -> InstructionFile:
    """Return a file of this instruction; InstructionFile.DoesNotExist for another's."""
    return InstructionFile.objects.get(step__instruction=one, token=token)


def at_places(
    official: Official, places: Collection[str], since: datetime
) -> dict[str, list[Instruction]]:
    """Return by place what was told to be done there: open, or fulfilled not long ago.

    A municipality's own place holds all that was told about it, from whatever cell.
    """
    going = Q(status__in=rules.OPEN) | Q(status=rules.CONFIRMED, closed_at__gte=since)
    found = instructions_for(official).filter(going).filter(
        Q(place__in=places) | Q(territory__code__in=places)
    )  # fmt: skip
    told: dict[str, list[Instruction]] = {}
    for each in found.order_by("-given_at"):
        about = {each.place, each.territory.code if each.territory else ""}
        for place in about.intersection(places):
            told.setdefault(place, []).append(each)
    return told


COUNTS = ("given", "confirmed", "open", "overdue")


def counted(official: Official, since: datetime, until: datetime, now: datetime) -> dict[str, int]:
    """Return how instructions go: given and confirmed within a period; open and late now."""
    found: dict[str, int] = instructions_for(official).aggregate(
        **{
            name: Count("pk", filter=listed(name, since, until, now), distinct=True)
            for name in COUNTS
        }
    )
    return found


def listed(name: str, since: datetime, until: datetime, now: datetime) -> Q:
    """Say what a number of `counted` counts."""
    return {
        "given": Q(given_at__gte=since, given_at__lt=until),
        "confirmed": Q(status=rules.CONFIRMED, closed_at__gte=since, closed_at__lt=until),
        "open": Q(status__in=rules.OPEN),
        "overdue": late(now),
    }[name]


def counted_list(
    official: Official, name: str, since: datetime, until: datetime, now: datetime
) -> QuerySet[Instruction]:
    """Return the instructions that a number of `counted` counts."""
    return instructions_for(official).filter(listed(name, since, until, now)).order_by("due", "pk")


def executors() -> QuerySet[Official]:
    """Return the people who may take an instruction in person, at most so many."""
    return _holders(FULFIL)


def controllers() -> QuerySet[Official]:
    """Return the people who may check."""
    return _holders(INSTRUCT)


def _holders(permission: str) -> QuerySet[Official]:
    found = Official.objects.filter(
        region=region(), active=True, memberships__role__permissions__contains=[permission]
    )
    return found.select_related("person", "organisation").distinct().order_by("pk")[:PEOPLE]


def person(official_id: str) -> Official | None:
    """Return an official by what a form says, or None."""
    if not official_id.isdigit():
        return None
    found = Official.objects.select_related("organisation", "region")
    return found.filter(region=region(), active=True, pk=int(official_id)).first()
