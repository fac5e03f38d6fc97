"""Loaded before Django: tests run on a real PostgreSQL, DATABASE_URL's or the embedded one."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

from config import embedded

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parent.parent
LOADED = (ROOT / "data" / "vologda", ROOT / "otklik" / "demo" / "accounts.py")
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
os.environ["OTKLIK_DATA"] = tempfile.mkdtemp(prefix="otklik-test-")  # files of this run alone
os.environ["HTTP_OUTSIDE"] = "false"  # only servers that a test starts and names
os.environ["TRIAGE_EMBEDDINGS"] = "none"  # words are enough for most; those that need more say so


def pytest_configure(config: pytest.Config) -> None:
    """Make a kept database anew when what it was loaded from has changed."""
    digest = hashlib.sha256()
    for root in LOADED:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file():
                digest.update(path.read_bytes())
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    known = ROOT / "var" / "test" / f"loaded-{worker}"
    if not known.exists() or known.read_text() != digest.hexdigest():
        config.option.create_db = True
        known.parent.mkdir(parents=True, exist_ok=True)
        known.write_text(digest.hexdigest())
