"""The loaded region, kept in memory: tests with real commits empty every table, this fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable

ANEW = {"django_content_type", "auth_permission"}
"""Django itself fills these again when it has emptied the tables."""
_kept: dict[str, bytes] = {}


def keep() -> None:
    """Remember every row that there is."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    _kept.clear()
    with connection.cursor() as cursor:
        for name in set(names) - ANEW:
            with cursor.copy(f'COPY "{name}" TO STDOUT') as copy:
                rows = b"".join(_bytes(copy))
            if rows:
                _kept[name] = rows


def restore() -> bool:
    """Write into emptied tables what was kept; False if nothing was."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, rows in _kept.items():  # foreign keys are looked at when all is there
            with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                copy.write(rows)
    return bool(_kept)


def _bytes(rows: Iterable[bytes | bytearray | memoryview]) -> Iterable[bytes]:
    return (bytes(row) for row in rows)
