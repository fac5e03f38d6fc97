"""Whether a database already holds what this code and its files would put there.

A later start then needs no migration and no loading, which take most of its seconds. What was last
put there is kept as a comment on a table of the database itself, so that it goes with a backup.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("otklik/**/migrations/*.py", "otklik/**/*loading.py", "otklik/**/merging.py",
         "otklik/**/region_files.py", "otklik/demo/**/*.py", "requirements.txt")  # fmt: skip
TABLE = "django_migrations"


def digest(*, demo: bool) -> str:
    """Name all that a start would bring into the database."""
    region = os.environ.get("OTKLIK_REGION", "vologda")
    data = Path(os.environ.get("OTKLIK_REGION_DATA", ROOT / "data" / region))
    files = [path for part in PARTS for path in ROOT.glob(part)]
    files += [path for path in data.rglob("*") if path.is_file()]
    found = hashlib.sha256(f"demo={demo}".encode())
    for path in sorted(files):
        found.update(path.as_posix().encode())
        found.update(path.read_bytes())
    return f"otklik {found.hexdigest()}"


def known(address: str) -> str:
    """Return what was last put into the database, or nothing."""
    with psycopg.connect(address) as connection:
        row = connection.execute(
            "SELECT obj_description(to_regclass(%s), 'pg_class')", [TABLE]
        ).fetchone()
    return str(row[0]) if row and row[0] else ""


def remember(address: str, what: str) -> None:
    """Note what is in the database now; as its owner."""
    statement = sql.SQL("COMMENT ON TABLE {} IS {}").format(
        sql.Identifier(TABLE), sql.Literal(what)
    )
    with psycopg.connect(address) as connection:
        connection.execute(statement)
