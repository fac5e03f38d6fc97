"""The database itself keeps the journal whole, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import ProgrammingError, connection, transaction

from otklik.journal import reading
from otklik.journal.roles import grant_application_role
from otklik.journal.tests.happenings import happened
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db


@command
def do(step: int) -> None:
    record(happened(step))


@pytest.fixture(autouse=True)
def entry() -> None:
    do(1)
    reading.head()
    do(2)


@pytest.fixture
def as_application() -> Iterator[None]:
    assert grant_application_role()
    execute("SET ROLE otklik_app")
    yield
    execute("RESET ROLE")


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def refused(sql: str) -> str:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic():
        execute(sql)
    return str(caught.value)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal_entry SET kind = 'other.happened'",
        "UPDATE journal_entry SET position = position + 1000 WHERE position IS NOT NULL",
        "UPDATE journal_entry SET position = NULL WHERE position IS NOT NULL",
        "UPDATE journal_entry SET position = 10000000, actor = 'person:1' WHERE position IS NULL",
        "DELETE FROM journal_entry",
        "INSERT INTO journal_entry (position, region, kind, subject, actor, data, at)"
        " VALUES (10000000, 'test', 'test.happened', 'thing:1', 'system', '{}', now())",
    ],
)
def test_even_the_owner_only_adds(sql: str) -> None:
    assert "the journal is only added to" in refused(sql)


def test_even_the_owner_does_not_empty_it() -> None:
    execute("ALTER TABLE journal_entry ENABLE TRIGGER journal_entry_whole")  # off in tests
    assert "the journal is only added to: TRUNCATE refused" in refused("TRUNCATE journal_entry")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal_entry SET kind = 'other.happened'",
        "UPDATE journal_entry SET position = 10000000 WHERE position IS NULL",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry",
        "ALTER TABLE journal_entry DISABLE TRIGGER ALL",
        "INSERT INTO journal_entry (id, region, kind, subject, actor, data, at)"
        " VALUES (1, 'test', 'test.happened', 'thing:1', 'system', '{}', now())",
    ],
)
def test_the_application_has_no_right_even_to_try(as_application: None, sql: str) -> None:
    complaint = refused(sql)
    assert "permission denied" in complaint or "must be owner" in complaint


def test_the_application_writes_numbers_and_reads(as_application: None) -> None:
    before = reading.head()
    do(3)
    assert reading.head() == before + 1
    assert [entry.data["step"] for entry in reading.about("thing:1")] == [1, 2, 3]


def test_a_temporary_table_does_not_lead_numbering_astray(as_application: None) -> None:
    before = reading.head()
    do(3)
    execute("CREATE TEMP TABLE journal_entry (id bigint, position bigint) ON COMMIT DROP")
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_number(10)")
        assert cursor.fetchone() == (before + 1,)


def test_the_rights_can_be_given_again() -> None:
    assert grant_application_role()
    assert grant_application_role()
