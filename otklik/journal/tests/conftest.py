from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from otklik.journal import facts, following
from otklik.journal.tests.happenings import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def known_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the kinds of the tests, and only during them."""
    for kind, fact_class in KINDS.items():
        monkeypatch.setitem(facts.register, kind, fact_class)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, following.Follower]:
    """Give an empty register of followers for the time of a test."""
    following.discover()
    empty: dict[str, following.Follower] = {}
    monkeypatch.setattr(following, "followers", empty)
    return empty


@pytest.fixture
def empty_journal(db: None) -> None:
    """Begin at position 1, whatever the making of the tests' world recorded."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE journal_entry, journal_cursor")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon: tests have no minute."""
    monkeypatch.setattr(following, "RETRY_FIRST", 0.05)
    monkeypatch.setattr(following, "RETRY_LAST", 0.1)
    monkeypatch.setattr(following, "LOOK_ANYWAY", 0.1)


@pytest.fixture
def seen_table() -> Iterator[None]:
    """Make a projection's table, emptied by hand: it belongs to no app."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE journal_test_seen (nth bigint GENERATED ALWAYS AS IDENTITY,"
            " name text NOT NULL, position bigint NOT NULL)"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE journal_test_seen")


@pytest.fixture
def seen(seen_table: None) -> Callable[[str], list[int]]:
    """Return what a follower wrote down, in its order."""

    def read(name: str) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT position FROM journal_test_seen WHERE name = %s ORDER BY nth", [name]
            )
            return [position for (position,) in cursor.fetchall()]

    return read
