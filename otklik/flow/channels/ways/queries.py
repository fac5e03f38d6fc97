"""Reading which ways are shut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.channels.ways.models import Way
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from collections.abc import Mapping


def shut() -> Mapping[str, Way]:
    """Return the ways that do not answer now."""
    found = Way.objects.filter(region=region()).exclude(failing_since=None)
    return {each.code: each for each in found}
