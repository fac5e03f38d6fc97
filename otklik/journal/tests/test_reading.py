from __future__ import annotations

import pytest
from django.db import connection, transaction

from otklik.journal import reading
from otklik.journal.tests.happenings import ONLY_JOURNAL, happened
from otklik.journal.writing import command, record

pytestmark = pytest.mark.django_db


@command
def do(*wanted: int, subject: str = "thing:1") -> None:
    for step in wanted:
        record(happened(step, subject))


def test_whoever_looks_numbers() -> None:
    before = reading.head()
    do(1, 2, 3)
    assert [entry.position for entry in reading.about("thing:1")] == [None, None, None]
    assert reading.head() == before + 3
    entries = reading.after(before)
    assert [entry.position for entry in entries] == [before + 1, before + 2, before + 3]
    assert [entry.data["step"] for entry in entries] == [1, 2, 3]


def test_a_look_numbers_a_batch_and_the_next_the_rest() -> None:
    before = reading.head()
    do(*range(5))
    assert reading.head(2) == before + 2
    assert reading.head(2) == before + 4
    assert reading.head(2) == before + 5
    assert reading.head(2) == before + 5


def test_after_gives_no_more_than_asked() -> None:
    before = reading.head()
    do(*range(5))
    reading.head()
    assert [entry.data["step"] for entry in reading.after(before + 1, 3)] == [1, 2, 3]
    assert reading.after(before + 5) == []


def test_a_stretch_looks_as_far_as_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WINDOW", 3)
    before = reading.head()
    do(*range(5))
    until = reading.head()
    assert reading.stretch(before, until, kinds={"test.noted"}) == ([], before + 3)
    assert reading.stretch(before + 3, until, kinds={"test.noted"}) == ([], before + 5)
    assert reading.stretch(before + 5, until, kinds={"test.noted"}) == ([], before + 5)


def test_a_full_stretch_looked_no_further_than_its_last_entry() -> None:
    before = reading.head()
    do(*range(5))
    until = reading.head()
    for kinds in (None, {"test.happened"}):
        entries, seen = reading.stretch(before, until, 2, kinds)
        assert [entry.data["step"] for entry in entries] == [0, 1]
        assert seen == before + 2


def test_a_stretch_ends_where_the_journal_was_when_it_was_asked() -> None:
    do(1)
    until = reading.head()
    do(2)
    reading.head()
    entries, seen = reading.stretch(until - 1, until)
    assert ([entry.data["step"] for entry in entries], seen) == ([1], until)


def test_history_holds_also_what_has_no_position_yet() -> None:
    do(1)
    reading.head()
    do(2)
    do(3, subject="thing:2")
    assert [entry.data["step"] for entry in reading.about("thing:1")] == [1, 2]


def test_it_counts() -> None:
    before = reading.count()
    do(1, 2)
    assert reading.count() == before + 2
    assert reading.count({"test.happened"}) == 2
    assert reading.count({"test.noted"}) == 0


def test_a_look_inside_a_command_does_not_number() -> None:
    before = reading.head()
    do(1)

    @command
    def look() -> int:
        return reading.head()

    assert look() == before
    assert reading.head() == before + 1
    assert look() == before + 1


def test_a_look_of_a_standby_does_not_number() -> None:
    before = reading.head()
    do(1)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        assert reading.head() == before
    assert reading.head() == before + 1


@pytest.mark.django_db(transaction=True, available_apps=ONLY_JOURNAL)
def test_a_look_beside_one_who_numbers_does_not_wait(empty_journal: None) -> None:
    do(1)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT journal_number(10)")
            assert cursor.fetchone() == (1,)
            assert reading.head() == 0
            cursor.execute("COMMIT")
        assert reading.head() == 1
    finally:
        other.close()
