"""A row's region, topic, place, body and terms out of this process's memory, without a join.

These change a few times a month and are asked for by every command. Joined, they made a command's
first statement seven tables wide: planning it alone cost PostgreSQL more than all its other work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from otklik.ground.organisations.queries import organisations_by_id
from otklik.ground.territories.queries import region, territories_by_id
from otklik.ground.topics.queries import policies_by_id, topics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db import models

Row = TypeVar("Row", bound="models.Model")

REMEMBERED: dict[str, Callable[[], Mapping[Any, models.Model]]] = {
    "region": lambda: {region().pk: region()},
    "topic": lambda: topics().by_id,
    "topic_hint": lambda: topics().by_id,
    "territory": territories_by_id,
    "organisation": organisations_by_id,
    "policy": policies_by_id,
}


def with_known(row: Row) -> Row:
    """Give a row what is remembered of its neighbours; any other is read when it is asked for.

    Their ids are the row's own, as it was read; only their columns may be some seconds old.
    """
    for name, remembered in REMEMBERED.items():
        key = getattr(row, f"{name}_id", None)
        found = remembered().get(key) if key is not None else None
        if found is not None:
            setattr(row, name, found)
    return row
