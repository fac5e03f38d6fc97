"""People at work and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.ground.accounts.models import ApiKey, Membership, Official, Person
from otklik.ground.accounts.rules import Power, Powers
from otklik.ground.kit.memo import remembered
from otklik.ground.organisations.queries import subtree_ids
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def official_of(person: Person | AnonymousUser) -> Official | None:
    """Return the working side of a person, or None for a citizen."""
    if not isinstance(person, Person):
        return None
    found = Official.objects.select_related("organisation", "person", "region")
    return found.filter(person=person, person__is_active=True, active=True).first()


def official_at_work(official_id: int) -> Official | None:
    """Return an official who still works, or None."""
    found = Official.objects.select_related("organisation", "person", "region")
    return found.filter(pk=official_id, person__is_active=True, active=True).first()


def powers_of(official: Official) -> Powers:
    """Return all that an official may do, and where; asked once for each Official in hand."""
    known: Powers | None = official.__dict__.get("_powers")
    if known is None:
        known = official.__dict__["_powers"] = _powers(official)
    return known


def _powers(official: Official) -> Powers:
    memberships = Membership.objects.filter(official=official).select_related("role", "topic")
    return Powers(
        tuple(
            Power(
                permissions=frozenset(m.role.permissions),
                organisations=subtree_ids(m.organisation_id) if m.organisation_id else None,
                territories=frozenset({m.territory_id}) if m.territory_id else None,
                topics=topics().under(m.topic) if m.topic else None,
            )
            for m in memberships
        )
    )


@remembered(5)
def api_key_known(key: str) -> bool:
    """Tell whether another system may write with this key."""
    return bool(key) and ApiKey.objects.filter(region=region(), key=key, active=True).exists()
