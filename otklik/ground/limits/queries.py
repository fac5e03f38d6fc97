"""What the region sets for storms."""

from __future__ import annotations

from otklik.ground.limits.rules import StormRules, storm_rules
from otklik.ground.territories.queries import region


def storm() -> StormRules:
    """Return what the administrator set."""
    return storm_rules(region().settings.get("storm", {}))
