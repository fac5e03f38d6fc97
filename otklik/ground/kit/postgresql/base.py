"""Django's own PostgreSQL backend, whose pool heals at once when the database has restarted."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base
from psycopg import Error
from psycopg_pool import ConnectionPool

if TYPE_CHECKING:
    from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    """Distrusts every idle connection as soon as one of them is found dead.

    psycopg's pool tries each connection before it gives it away, and waits twice as long after
    each dead one: with a dozen left from before a restart a request would wait past its time.
    """

    @property
    def pool(self) -> ConnectionPool[Any] | None:
        """The pool of this process, with a check that empties it of what died together."""
        pool: ConnectionPool[Any] | None = super().pool
        if pool is not None and pool._check is not None:  # noqa: SLF001
            pool._check = check  # noqa: SLF001  (Django passes its own and takes no other)
        return pool


def _quiet(connection: Connection[Any]) -> bool:
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)


def check(connection: Connection[Any]) -> None:
    """Try a connection of the pool; if it is dead, replace all that wait with it.

    A server that ends a connection says so or closes it: where there is nothing to read, nothing
    has happened, and a question to the database is spared.  A host that vanished without a word is
    found by the system's keepalives, not here.
    """
    if _quiet(connection):
        return
    try:
        ConnectionPool.check_connection(connection)
    except Error:
        pool = connection._pool  # noqa: SLF001  (it is of the pool that tries it)
        if isinstance(pool, ConnectionPool):
            pool.drain()
        raise
