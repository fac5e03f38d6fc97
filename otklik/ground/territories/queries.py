"""The region and its places, for everybody above."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from otklik.ground.kit.memo import remembered
from otklik.ground.kit.text import normalise
from otklik.ground.territories import rules
from otklik.ground.territories.models import Region, Settlement, Street, Territory

SECONDS = 10
Settings = TypeVar("Settings", bound=Any)
"""A dataclass of what an administrator may set, each with its usual value."""


@remembered(SECONDS)
def region() -> Region:
    """Return the region that this installation serves."""
    return Region.objects.get(code=settings.REGION)


def set_by(name: str, kind: type[Settings]) -> Settings:
    """Return what the region's settings say under a name; what `kind` does not know is left out."""
    told = region().settings.get(name, {})
    known = {each.name for each in fields(kind)}
    made: Settings = kind(**{key: value for key, value in told.items() if key in known})
    return made


@remembered(SECONDS)
def territories(on: date | None = None) -> dict[str, Territory]:
    """Return the region's territories by code: those valid on a day, or those not closed.

    Without their borders, which are large and have a function of their own.
    """
    found = Territory.objects.filter(region=region())
    if on is None:
        found = found.filter(valid_to=None)
    else:
        found = found.filter(
            Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)
        )
    return {
        territory.code: territory for territory in found.select_related("region").defer("polygon")
    }


@remembered(SECONDS)
def territories_by_id() -> dict[int, Territory]:
    """Return the present territories by id."""
    return {territory.pk: territory for territory in territories().values()}


@remembered(SECONDS * 30)
def _areas() -> rules.Areas:
    return rules.Areas([(key, border) for key, border in borders().items() if border])


def borders() -> dict[int, str]:
    """Return the borders of the present territories by id, each GeoJSON as text."""
    found = Territory.objects.filter(pk__in=territories_by_id()).exclude(polygon=None)
    return dict(found.values_list("pk", Cast("polygon", TextField())))


def territory_at(lat: float, lon: float) -> Territory | None:
    """Return the territory that holds a point, or None outside the region."""
    found = _areas().at(lat, lon)
    return territories_by_id().get(found) if found else None


@remembered(SECONDS * 30)
def _named() -> list[rules.Named]:
    settlements = Settlement.objects.filter(region=region()).select_related("territory")
    streets = Street.objects.filter(region=region()).select_related("settlement__territory")
    return [
        rules.Named(
            s.name, s.name, "", s.lat, s.lon, s.territory.code, s.population, tuple(s.aliases)
        )
        for s in settlements
    ] + [
        rules.Named(
            f"{s.settlement.name}, {s.name}", s.settlement.name, s.name, s.lat, s.lon,
            s.settlement.territory.code, s.settlement.population, tuple(s.settlement.aliases),
        )
        for s in streets
    ]  # fmt: skip


def find_address(query: str, limit: int = 8) -> list[rules.Place]:
    """Return places that a typed address may mean, the likeliest first."""
    return rules.find(query, _named(), limit)


def home_of(address: str) -> Territory | None:
    """Return the municipality of this region that an address of registration names.

    None for another region and wherever there is a doubt: what binds is not guessed.
    """
    rest = rules.beyond_region(address, region().title_ru)
    if rest is None:
        return None
    named = [each for each in territories().values() if rules.names_district(rest, each.short_ru)]
    if named:
        return named[0] if len(named) == 1 else None
    for name in rules.settlements_in(rest):
        places = {
            each.territory
            for each in _named()
            if not each.street and normalise(each.settlement) == name
        }
        if places:
            return territories().get(places.pop()) if len(places) == 1 else None
    return None


def locate(address: str) -> rules.Place | None:
    """Return the place of an address text, if it names a known settlement or street."""
    return next(iter(find_address(address, 1)), None)
