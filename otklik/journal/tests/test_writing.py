from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from otklik.journal import reading
from otklik.journal.models import Cursor
from otklik.journal.tests.happenings import ONLY_JOURNAL, happened
from otklik.journal.writing import append_sql, command, inside_command, record

pytestmark = pytest.mark.django_db


def steps() -> list[int]:
    return [entry.data["step"] for entry in reading.about("thing:1")]


@command
def do(step: int, *, fail: bool = False) -> int:
    """Write a row and a fact."""
    Cursor.objects.create(name=f"row {step}")
    record(happened(step))
    if fail:
        raise ValueError(step)
    return step


@command
def do_many(*wanted: int, failing: int = -1, pass_over: bool = True) -> list[int]:
    """Do it several times, and pass over those that fail."""
    done = []
    record(happened(100))
    for step in wanted:
        try:
            done.append(do(step, fail=step == failing))
        except ValueError:
            if not pass_over:
                raise
    record(happened(200))
    return done


def rows() -> set[str]:
    return set(Cursor.objects.filter(name__startswith="row").values_list("name", flat=True))


def test_it_keeps_the_change_and_its_fact() -> None:
    assert do(1) == 1
    assert rows() == {"row 1"}
    (entry,) = reading.about("thing:1")
    assert entry.fact == happened(1)
    assert entry.recorded_at is not None
    assert str(entry) == "… test.happened thing:1"


def test_it_records_nothing_when_it_fails() -> None:
    with pytest.raises(ValueError, match="1"):
        do(1, fail=True)
    assert not rows()
    assert steps() == []
    assert not inside_command()


def test_commands_inside_a_command_keep_the_order() -> None:
    assert do_many(1, 2) == [1, 2]
    assert steps() == [100, 1, 2, 200]


def test_a_command_inside_that_fails_is_forgotten_alone() -> None:
    assert do_many(1, 2, 3, failing=2) == [1, 3]
    assert rows() == {"row 1", "row 3"}
    assert steps() == [100, 1, 3, 200]


def test_a_failure_that_comes_out_undoes_all() -> None:
    with pytest.raises(ValueError, match="2"):
        do_many(1, 2, failing=2, pass_over=False)
    assert not rows()
    assert steps() == []


def test_facts_of_one_command_are_one_statement(django_assert_num_queries: Any) -> None:
    @command
    def three() -> None:
        for step in range(3):
            record(happened(step))

    with django_assert_num_queries(3):  # savepoint of the test, INSERT, release
        three()
    assert steps() == [0, 1, 2]


def test_a_command_without_facts_writes_none(django_assert_num_queries: Any) -> None:
    @command
    def nothing() -> None:
        """Do nothing."""

    with django_assert_num_queries(2):
        nothing()


def test_record_outside_a_command_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"test\.happened recorded outside a command"):
        record(happened())


def test_a_command_keeps_its_face() -> None:
    assert do.__name__ == "do"
    assert do.__doc__ == "Write a row and a fact."


@pytest.mark.django_db(transaction=True, available_apps=ONLY_JOURNAL)
def test_nobody_may_wrap_a_command_in_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        do(1)
    assert steps() == []


def insert(name: str) -> bool:
    """Write a row and its fact in one statement, as the hot path may."""
    fact, values = append_sql([happened(1), happened(2)], only_if="row")
    row = (
        "INSERT INTO journal_cursor (name, position, updated_at, stopped_reason, held_by)"
        " VALUES (%s, 0, now(), '', '') ON CONFLICT DO NOTHING RETURNING name"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH row AS ({row}), fact AS ({fact}) SELECT name FROM row",  # noqa: S608  (no values)
            [name, *values],
        )
        return cursor.fetchone() is not None


def test_one_statement_can_write_a_row_and_its_facts() -> None:
    assert insert("row 1")
    assert steps() == [1, 2]


def test_the_facts_of_a_row_that_was_there_are_not_written_again() -> None:
    insert("row 1")
    assert not insert("row 1")
    assert steps() == [1, 2]
