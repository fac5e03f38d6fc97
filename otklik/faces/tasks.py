"""Instructions as the map shows them beside a place: their number, date and how they go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from otklik.flow.instructions import queries, rules
from otklik.ground.accounts.queries import powers_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from otklik.flow.instructions.models import Instruction
    from otklik.ground.accounts.models import Official

KEPT = timedelta(days=14)
"""A fulfilled one stays beside its place for so long."""


def may_instruct(official: Official | None) -> bool:
    """Tell whether «Дать поручение» is there."""
    return official is not None and powers_of(official).anywhere(queries.INSTRUCT)


def at_places(
    official: Official, places: Collection[str], now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Return by place what was told to be done there, as far as the asker may see."""
    found = queries.at_places(official, places, now - KEPT)
    return {place: [_told(one, now) for one in many] for place, many in found.items()}


def _told(one: Instruction, now: datetime) -> dict[str, Any]:
    late = rules.overdue(one.status, one.due, now)
    state = "срок прошёл" if late else one.state.lower()
    return {
        "number": one.pk,
        "status": one.status,
        "overdue": late,
        "due": one.due.isoformat(),
        "organisation": one.organisation.short_ru,
        "sentence": f"Поручение № {one.pk} до {timezone.localtime(one.due):%d.%m}: {state}",
        "url": f"/desk/instructions/{one.pk}/",
    }
