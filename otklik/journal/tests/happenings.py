"""Facts for the tests of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from otklik.journal.facts import Fact, register

# Tests with real commits empty the tables afterwards; these leave the other apps' tables alone.
ONLY_JOURNAL = ["otklik.journal"]
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Happened(Fact):
    """Something happened in a test."""

    kind: ClassVar[str] = "test.happened"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Было {step}", "en": "It was {step}"}

    step: int = 0


@dataclass(frozen=True, kw_only=True)
class Noted(Fact):
    """A reaction to something that happened in a test."""

    kind: ClassVar[str] = "test.noted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {"ru": "Замечено", "en": "Noted"}


KINDS: dict[str, type[Fact]] = {"test.happened": Happened, "test.noted": Noted}
for _kind in KINDS:  # known only while a test of the journal runs; see conftest.py
    del register[_kind]


def common(subject: str = "thing:1") -> dict[str, Any]:
    return {"subject": subject, "actor": "system", "region": "test", "at": NOW}


def happened(step: int = 0, subject: str = "thing:1") -> Happened:
    return Happened(step=step, **common(subject))
