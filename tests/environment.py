"""Loaded before Django: tests run on a real PostgreSQL, DATABASE_URL's or the embedded one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from config import embedded

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ["OTKLIK_OWNER"] = "1"  # tests create and migrate their database
os.environ["OTKLIK_DEMO"] = "0"
if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = embedded.start(ROOT / "var" / "test" / "postgres")
os.environ["OTKLIK_DATA"] = tempfile.mkdtemp(prefix="otklik-test-")  # files of this run alone
os.environ["TRIAGE_EMBEDDINGS"] = "none"  # words are enough for most; those that need more say so
