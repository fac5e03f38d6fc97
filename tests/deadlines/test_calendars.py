"""What must hold in any calendar: odd weeks, moved days, short days, every zone of the country."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from otklik.ground.kit.clock import (
    Roll,
    Unit,
    WorkingTime,
    add,
    add_working,
    before,
    counted,
    resumed,
    working_between,
)

FIRST, LAST = date(2026, 1, 1), date(2027, 6, 30)
ZONES = ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Kamchatka")
SECOND = timedelta(seconds=1)


@st.composite
def weeks(draw: st.DrawFn) -> dict[int, tuple[tuple[time, time], ...]]:
    """Return a week in which somebody works at least once, and on Monday (moved days need it)."""
    found = {}
    for day in range(1, 8):
        hours = draw(st.lists(st.integers(0, 47), unique=True, max_size=6).map(sorted))
        halves = [time(half // 2, half % 2 * 30) for half in hours]
        found[day] = tuple(zip(halves[::2], halves[1::2], strict=False))
    if not found[1]:
        found[1] = ((time(9), time(18)),)
    return found


calendars = st.builds(
    WorkingTime,
    zone=st.sampled_from(ZONES),
    week=weeks(),
    days=st.dictionaries(
        st.dates(FIRST, LAST), st.sampled_from(["off", "short", "working"]), max_size=40
    ),
    short=st.sampled_from([timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)]),
)
moments = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001  (hypothesis wants naive bounds)
    datetime(2027, 3, 1),  # noqa: DTZ001
    timezones=st.sampled_from([ZoneInfo(zone) for zone in ZONES]),
)
amounts = st.integers(1, 40)
units = st.sampled_from(list(Unit))
rolls = st.sampled_from(list(Roll))


@given(calendars, moments, amounts, units, rolls)
def test_a_term_never_ends_before_it_began_nor_in_time_off(
    working: WorkingTime, start: datetime, amount: int, unit: Unit, roll: Roll
) -> None:
    due = add(start, amount, unit, working, roll)
    day = working.local(due).date()
    assert due > start - timedelta(days=1)
    assert day >= working.local(start).date()
    if unit == Unit.WORKING_HOURS:
        assert due > start
        assert any(begin < due <= end for begin, end in working.spans(day))
    if unit == Unit.WORKING_DAYS:
        assert working.works_on(day)
        assert working.local(due).timetz().replace(tzinfo=None) == time(23, 59, 59)


@given(calendars, moments, amounts, rolls)
def test_the_roll_rule_ends_on_a_working_day_on_its_own_side(
    working: WorkingTime, start: datetime, amount: int, roll: Roll
) -> None:
    plain = working.local(start).date() + timedelta(days=amount)
    day = working.local(add(start, amount, Unit.CALENDAR_DAYS, working, roll)).date()
    if roll == Roll.NONE or working.works_on(plain):
        assert day == plain
    elif roll == Roll.NEXT:
        assert day > plain
        assert working.works_on(day)
    else:
        assert day < plain
        assert working.works_on(day) or day == working.local(start).date()
    gap = [min(day, plain) + timedelta(days=n) for n in range(1, abs((day - plain).days))]
    assert not any(working.works_on(each) for each in gap)


@given(calendars, moments, moments, amounts, units, rolls)
def test_who_starts_later_is_never_due_sooner(
    working: WorkingTime, one: datetime, two: datetime, amount: int, unit: Unit, roll: Roll
) -> None:
    first, second = sorted((one, two))
    assert add(first, amount, unit, working, roll) <= add(second, amount, unit, working, roll)


@given(calendars, moments, amounts, amounts)
def test_terms_add_up(working: WorkingTime, start: datetime, some: int, more: int) -> None:
    for unit in (Unit.HOURS, Unit.WORKING_HOURS, Unit.WORKING_DAYS):
        halfway = add(start, some, unit, working)
        assert add(halfway, more, unit, working) == add(start, some + more, unit, working), unit
    halfway = add(start, some, Unit.CALENDAR_DAYS, working, Roll.NONE)
    whole = add(start, some + more, Unit.CALENDAR_DAYS, working, Roll.NONE)
    assert add(halfway, more, Unit.CALENDAR_DAYS, working, Roll.NONE) == whole


@given(calendars, moments, st.integers(1, 60 * 80))
def test_working_time_is_counted_once_each_way(
    working: WorkingTime, start: datetime, minutes: int
) -> None:
    span = timedelta(minutes=minutes)
    end = add_working(start, span, working)
    assert working_between(start, end, working) == span
    assert working_between(start, end - SECOND, working) == span - SECOND


@given(calendars, moments, amounts, units)
def test_what_is_kept_before_an_end_is_there(
    working: WorkingTime, end: datetime, amount: int, unit: Unit
) -> None:
    latest = before(end, amount, unit, working)
    assert latest < end
    if unit == Unit.WORKING_HOURS:
        assert working_between(latest, end, working) == timedelta(hours=amount)
    if unit == Unit.HOURS:
        assert latest + timedelta(hours=amount) == end


@given(calendars, moments, amounts, st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 40))
def test_a_pause_moves_the_end_by_exactly_its_length(
    working: WorkingTime, start: datetime, amount: int, after: int, length: int
) -> None:
    paused = start + timedelta(minutes=after)
    now = paused + timedelta(minutes=length)
    for unit in Unit:
        due = add(start, amount, unit, working, Roll.NONE)
        moved = resumed(due, paused, now, unit, working)
        if due <= paused:
            assert moved == due
            continue
        assert moved >= due
        local, then = working.local(now).date(), working.local(paused).date()
        if unit == Unit.HOURS:
            assert moved - due == now - paused
        elif unit == Unit.WORKING_HOURS:
            rest = working_between(paused, due, working)
            assert working_between(now, moved, working) == rest
        elif unit == Unit.CALENDAR_DAYS:
            assert working.local(moved).date() - working.local(due).date() == local - then
        else:
            days = [
                then + timedelta(n) for n in range(1, (working.local(due).date() - then).days + 1)
            ]
            left_days = sum(map(working.works_on, days))
            assert moved == add(now, left_days, unit, working)


@given(calendars, moments, amounts, units, rolls)
def test_the_reasons_account_for_every_day_off(
    working: WorkingTime, start: datetime, amount: int, unit: Unit, roll: Roll
) -> None:
    found = counted(start, amount, unit, working, roll)
    assert found.end == add(start, amount, unit, working, roll)
    assert found.steps
    said = {step.day for step in found.steps}
    first, last = working.local(start).date(), working.local(found.end).date()
    if unit in {Unit.WORKING_DAYS, Unit.WORKING_HOURS}:
        days = [first + timedelta(n) for n in range(1, (last - first).days + 1)]
        assert {day for day in days if not working.works_on(day)} <= said
    if unit == Unit.WORKING_HOURS:
        worked = [step for step in found.steps if step.kind == "worked"]
        assert {step.day for step in worked} <= {day for day in said if working.works_on(day)}
    if unit == Unit.CALENDAR_DAYS:
        moved = last != first + timedelta(days=amount)
        assert moved == any(step.kind == "roll" for step in found.steps)
