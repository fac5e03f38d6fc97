"""Powers as conditions on rows: what lies within somebody's bodies, territories and topics."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from otklik.ground.accounts.rules import Power

EVERYTHING = Q(pk__isnull=False)
"""An empty Q would vanish beside another: `Q() | x` is x."""


def by_ids(grant: Power) -> Q:
    """Return what one scope holds of rows that name their body, territory and topic by id."""
    bounds = Q()
    if grant.organisations is not None:
        bounds &= Q(organisation_id__in=grant.organisations)
    if grant.territories is not None:
        bounds &= Q(territory_id__in=grant.territories)
    if grant.topics is not None:
        bounds &= Q(topic_id__in=grant.topics)
    return bounds


def by_body(path: str) -> Callable[[Power], Q]:
    """Return how one scope bounds rows whose body stands at the end of a path."""

    def bound(grant: Power) -> Q:
        return Q() if grant.organisations is None else Q(**{f"{path}__in": grant.organisations})

    return bound


def within(grants: Iterable[Power], bound: Callable[[Power], Q] = by_ids) -> Q:
    """Return what lies within any of these scopes: nothing for none, `EVERYTHING` for no bound."""
    different = {(each.organisations, each.territories, each.topics): each for each in grants}
    scopes = [bound(each) for each in different.values()]
    if not scopes:
        return Q(pk=None)
    return reduce(or_, scopes) if all(scopes) else EVERYTHING
