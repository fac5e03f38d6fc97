"""Loaded before Django: tests run on a real PostgreSQL, DATABASE_URL's or the embedded one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
from hypothesis import HealthCheck, settings

from config import embedded, freshness

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parent.parent
READY = "otklik_ready"
"""A database with the region and the cast of the tests: others are copied from it in a second."""
MAKE_READY = """
import django; django.setup()
from django.core.management import call_command
from tests.cast import make_world
call_command("migrate", verbosity=0)
make_world()
"""
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")
"""What a cluster that lives only for tests need not do; tests of durability start their own."""
settings.register_profile(  # a busy machine is no defect
    "otklik", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("otklik")
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("FIELD_KEYS", "tests:" + "A" * 43 + "=")
os.environ.setdefault("INDEX_KEY", "only-for-tests")
os.environ.setdefault("IDENTITY_KEY", "only-for-tests")
os.environ.setdefault("VAPID_KEY", "A" * 42 + "E")
os.environ["STAFF_MFA"] = "0"  # the tests of the second factor ask for it
os.environ["OTKLIK_OWNER"] = "1"  # tests create and migrate their database
os.environ["OTKLIK_DEMO"] = "0"
if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = embedded.start(ROOT / "var" / "test" / "postgres")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as cluster:
        for each in CARELESS:
            cluster.execute(f"ALTER SYSTEM SET {each} = off")
        cluster.execute("SELECT pg_reload_conf()")
os.environ["OTKLIK_DATA"] = tempfile.mkdtemp(prefix="otklik-test-")  # files of this run alone
os.environ["HTTP_OUTSIDE"] = "false"  # only servers that a test starts and names
os.environ["TRIAGE_EMBEDDINGS"] = "none"  # words are enough for most; those that need more say so


def address_of(name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def pytest_configure(config: pytest.Config) -> None:
    """See that `READY` is what the code and its files make of it; copies of an older one go."""
    wanted = freshness.digest(demo=False)
    if "PYTEST_XDIST_WORKER" not in os.environ:  # once, before the workers begin
        _make_ready(wanted)
    if not _copied().exists() or _copied().read_text() != wanted:
        config.option.create_db = True


def _copied() -> Path:
    return ROOT / "var" / "test" / f"loaded-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def remember_copy() -> None:
    """Note of which `READY` this worker's database is a copy, once it is one."""
    _copied().parent.mkdir(parents=True, exist_ok=True)
    _copied().write_text(freshness.digest(demo=False))


def _make_ready(wanted: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [READY]).fetchone()
        if there and freshness.known(address_of(READY)) == wanted:
            return
        server.execute(f"DROP DATABASE IF EXISTS {READY}")
        server.execute(f"CREATE DATABASE {READY}")
    env = {**os.environ, "DATABASE_URL": address_of(READY)}
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    subprocess.run([sys.executable, "-c", MAKE_READY], env=env, cwd=ROOT, check=True)
    freshness.remember(address_of(READY), wanted)
