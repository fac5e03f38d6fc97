"""Change the key of all sealed columns: in small batches, stopped and taken up at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q

from otklik.ground.kit.fields import prints_of, sealed_of
from otklik.ground.kit.sealing import MARK, current_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models

BATCH = 500


@dataclass(frozen=True)
class Count:
    """How many values of a column are sealed by a key; an empty key is «in clear»."""

    column: str
    key: str
    count: int


def tables() -> list[type[models.Model]]:
    """Return every table that holds sealed columns."""
    return [model for model in apps.get_models() if sealed_of(model)]


def counts() -> list[Count]:
    """Return how many values each key seals, by column."""
    found = []
    for model in tables():
        for field in sealed_of(model):
            quote = connection.ops.quote_name
            column, table = quote(str(field.column)), quote(model._meta.db_table)  # noqa: SLF001
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT coalesce(substring({column} FROM '^~([a-z0-9]+)~'), ''), count(*)"  # noqa: S608
                    f" FROM {table} WHERE {column} <> '' GROUP BY 1 ORDER BY 1"
                )
                rows = cursor.fetchall()
            found += [Count(f"{model._meta.db_table}.{field.column}", *row) for row in rows]  # noqa: SLF001
    return found


def _stale(model: type[models.Model]) -> Q:
    """Return the rows with a value that another key sealed, or none."""
    mine = f"{MARK}{current_key()}{MARK}%"
    return reduce(or_, (Q(**{f"{field.name}__stale": mine}) for field in sealed_of(model)))


def reseal(model: type[models.Model], *, batch: int = BATCH) -> Iterator[int]:
    """Seal a table's rows by the current key, a transaction a batch; yield how many each did.

    What an earlier run did is not done again: it may be killed and started anew.
    """
    stale = _stale(model)
    while True:
        done = _batch(model, stale, batch)
        if not done:
            return
        yield done


def _batch(model: type[models.Model], stale: Q, batch: int) -> int:
    columns = [*sealed_of(model), *prints_of(model)]
    with transaction.atomic():
        found = model._base_manager.select_for_update(no_key=True).filter(stale)  # noqa: SLF001
        rows = list(found.order_by("pk")[:batch])
        for row in rows:
            for field in columns:
                setattr(row, field.attname, field.pre_save(row, add=False))
        if rows:
            model._base_manager.bulk_update(rows, [field.name for field in columns])  # noqa: SLF001
    return len(rows)


def reprint(model: type[models.Model], *, batch: int = BATCH) -> Iterator[int]:
    """Work a table's prints out anew, for a new INDEX_KEY; yield how many rows each batch did."""
    fields, last = prints_of(model), 0
    while fields:
        with transaction.atomic():
            found = model._base_manager.select_for_update(no_key=True)  # noqa: SLF001
            rows = list(found.filter(pk__gt=last).order_by("pk")[:batch])
            for row in rows:
                for field in fields:
                    setattr(row, field.attname, field.pre_save(row, add=False))
            if rows:
                model._base_manager.bulk_update(rows, [field.name for field in fields])  # noqa: SLF001
                last = rows[-1].pk
        if not rows:
            return
        yield len(rows)
