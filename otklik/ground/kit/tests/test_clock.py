from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.ground.kit.clock import (
    ALWAYS,
    Roll,
    Unit,
    WorkingTime,
    add,
    add_working,
    resumed,
    working_between,
)

MOSCOW = ZoneInfo("Europe/Moscow")
OFFICE = WorkingTime(
    week={
        **{day: ((time(9), time(13)), (time(13, 45), time(18))) for day in range(1, 5)},
        5: ((time(9), time(13)), (time(13, 45), time(16, 45))),
    },
    days={
        date(2026, 11, 4): "off",  # Unity Day, a Wednesday
        date(2026, 11, 3): "short",
        date(2026, 11, 7): "working",  # a made-up working Saturday
    },
)


def at(day: int, hour: int = 12, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "roll", "due", "why"),
    [
        (at(2), 1, Unit.WORKING_DAYS, Roll.NONE, at(3, 23, 59), "the next day is a working one"),
        (at(3), 1, Unit.WORKING_DAYS, Roll.NONE, at(5, 23, 59), "the 4th is a holiday"),
        (at(6), 1, Unit.WORKING_DAYS, Roll.NONE, at(7, 23, 59), "the Saturday was made working"),
        (at(7), 1, Unit.WORKING_DAYS, Roll.NONE, at(9, 23, 59), "Sunday is off"),
        (at(2), 10, Unit.CALENDAR_DAYS, Roll.NONE, at(12, 23, 59), "days are counted from the 3rd"),
        (at(4), 10, Unit.CALENDAR_DAYS, Roll.PREVIOUS, at(13, 23, 59), "the 14th is a Saturday"),
        (at(4), 10, Unit.CALENDAR_DAYS, Roll.NEXT, at(16, 23, 59), "and Monday is the 16th"),
        (at(2, 9), 8, Unit.WORKING_HOURS, Roll.NONE, at(2, 17, 45), "four hours, lunch, four"),
        (at(2, 17), 2, Unit.WORKING_HOURS, Roll.NONE, at(3, 10), "an hour now, an hour tomorrow"),
        (at(3, 16), 2, Unit.WORKING_HOURS, Roll.NONE, at(5, 10), "a short day, then a holiday"),
        (at(1, 12), 1, Unit.WORKING_HOURS, Roll.NONE, at(2, 10), "Sunday waits for Monday"),
        (at(2, 13, 10), 1, Unit.WORKING_HOURS, Roll.NONE, at(2, 14, 45), "lunch is no work"),
        (at(1, 12), 8, Unit.HOURS, Roll.NONE, at(1, 20), "round the clock nothing waits"),
    ],
)
def test_it_counts_terms(
    start: datetime, amount: int, unit: Unit, roll: Roll, due: datetime, why: str
) -> None:
    assert add(start, amount, unit, OFFICE, roll).replace(second=0) == due, why


moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001  (hypothesis wants naive bounds)
    max_value=datetime(2027, 12, 1),  # noqa: DTZ001
).map(lambda naive: naive.replace(tzinfo=MOSCOW))


@given(moments, st.integers(1, 40), st.sampled_from(list(Unit)))
def test_a_term_ends_after_it_began_and_on_working_time(
    start: datetime, amount: int, unit: Unit
) -> None:
    due = add(start, amount, unit, OFFICE)
    assert due >= start
    if unit in {Unit.WORKING_DAYS, Unit.WORKING_HOURS}:
        assert OFFICE.works_on(OFFICE.local(due - timedelta(seconds=1)).date())


@given(moments, st.integers(1, 40), st.integers(1, 10), st.sampled_from(list(Unit)))
def test_more_time_never_ends_sooner(start: datetime, amount: int, more: int, unit: Unit) -> None:
    assert add(start, amount, unit, OFFICE) <= add(start, amount + more, unit, OFFICE)


@given(moments, st.integers(0, 60 * 60))
def test_working_time_added_is_working_time_between(start: datetime, minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert working_between(start, add_working(start, span, OFFICE), OFFICE) == span


@given(moments, st.integers(1, 30), st.sampled_from(list(Unit)))
def test_a_pause_of_no_length_changes_nothing_essential(
    start: datetime, amount: int, unit: Unit
) -> None:
    due = add(start, amount, unit, OFFICE, Roll.NONE)
    assert resumed(due, start, start, unit, OFFICE) == due


@given(moments, st.integers(1, 30), st.integers(1, 500), st.sampled_from(list(Unit)))
def test_a_pause_never_shortens_a_term(
    start: datetime, amount: int, hours: int, unit: Unit
) -> None:
    due = add(start, amount, unit, OFFICE, Roll.NONE)
    assert resumed(due, start, start + timedelta(hours=hours), unit, OFFICE) >= due


def test_a_term_already_past_stays_past() -> None:
    assert resumed(at(2), at(3), at(9), Unit.WORKING_DAYS, OFFICE) == at(2)


def test_round_the_clock_never_sleeps() -> None:
    assert add(at(1, 3), 30, Unit.WORKING_HOURS, ALWAYS) == at(1, 3) + timedelta(hours=30)
