"""Working-time arithmetic: calendar days, working days, working hours and round-the-clock hours.

Nothing here knows the present: every function takes its start. Times are aware datetimes;
a day's border is that of the schedule's zone.

How a term is counted (Civil Code of Russia, articles 191–194, as offices apply it): a term in days
begins on the day after the event and ends with its last day; hours run at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LAST_MOMENT = time(23, 59, 59)
SEARCH_LIMIT = 3700  # days; a schedule with no working day in ten years is a mistake


class Unit(StrEnum):
    """In what a term is counted."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    HOURS = "hours_24x7"


class Roll(StrEnum):
    """Where a term moves when its last calendar day is not a working one."""

    PREVIOUS = "previous"
    NEXT = "next"
    NONE = "none"


class NoWorkingTimeError(ValueError):
    """The schedule has no working moment in ten years."""


@dataclass(frozen=True)
class WorkingTime:
    """A week of working spans and the days that differ from it.

    `week` maps ISO weekdays (1 = Monday) to spans of local times. `days` maps dates to
    "off", "short" (the last span ends an hour earlier) or "working" (a Monday's spans).
    """

    zone: str = "Europe/Moscow"
    week: Mapping[int, tuple[tuple[time, time], ...]] = field(default_factory=dict)
    days: Mapping[date, str] = field(default_factory=dict)

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the working spans of a day, in order; empty on a day off."""
        kind = self.days.get(day)
        if kind == "off":
            return ()
        spans = self.week.get(day.isoweekday(), ())
        if kind == "working" and not spans:
            spans = self.week.get(1, ())
        zone = ZoneInfo(self.zone)
        result = [
            (datetime.combine(day, start, zone), _end(day, end, zone)) for start, end in spans
        ]
        if kind == "short" and result:
            start, end = result[-1]
            result[-1] = (start, max(start, end - timedelta(hours=1)))
        return tuple(result)

    def works_on(self, day: date) -> bool:
        """Tell whether the day has any working time."""
        return bool(self.spans(day))

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the schedule's zone."""
        return moment.astimezone(ZoneInfo(self.zone))

    def end_of(self, day: date) -> datetime:
        """Return the last moment of a day."""
        return datetime.combine(day, LAST_MOMENT, ZoneInfo(self.zone))

    def next_working_day(self, day: date, step: int = 1) -> date:
        """Return the nearest working day strictly after (with step −1, before) the given one."""
        for _ in range(SEARCH_LIMIT):
            day += timedelta(days=step)
            if self.works_on(day):
                return day
        raise NoWorkingTimeError

    def ahead(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield what is left of working spans from a moment on."""
        day = self.local(moment).date()
        for _ in range(SEARCH_LIMIT):
            for start, end in self.spans(day):
                if end > moment:
                    yield max(start, moment), end
            day += timedelta(days=1)
        raise NoWorkingTimeError


def _end(day: date, end: time, zone: ZoneInfo) -> datetime:
    if end == time(0, 0):  # midnight closes a day that never sleeps
        return datetime.combine(day + timedelta(days=1), end, zone)
    return datetime.combine(day, end, zone)


def add(
    start: datetime, amount: int, unit: Unit, working: WorkingTime, roll: Roll = Roll.PREVIOUS
) -> datetime:
    """Return when a term of `amount` units that starts at `start` ends."""
    match unit:
        case Unit.HOURS:
            return start + timedelta(hours=amount)
        case Unit.WORKING_HOURS:
            return add_working(start, timedelta(hours=amount), working)
        case Unit.WORKING_DAYS:
            day = working.local(start).date()
            for _ in range(amount):
                day = working.next_working_day(day)
            return working.end_of(day)
        case Unit.CALENDAR_DAYS:
            first = working.local(start).date()
            day = rolled(first + timedelta(days=amount), roll, working)
            return working.end_of(max(day, first))


def rolled(day: date, roll: Roll, working: WorkingTime) -> date:
    """Move a day off to the working day that the rule names."""
    if roll == Roll.NONE or working.works_on(day):
        return day
    return working.next_working_day(day, -1 if roll == Roll.PREVIOUS else 1)


def add_working(start: datetime, span: timedelta, working: WorkingTime) -> datetime:
    """Return the moment when `span` of working time has passed since `start`."""
    left = span
    for begin, end in working.ahead(start):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise NoWorkingTimeError


def working_between(start: datetime, end: datetime, working: WorkingTime) -> timedelta:
    """Return how much working time lies between two moments; zero if they are in wrong order."""
    total = timedelta()
    if end <= start:
        return total
    for begin, finish in working.ahead(start):
        if begin >= end:
            break
        total += min(finish, end) - begin
    return total


def resumed(
    due: datetime, paused: datetime, now: datetime, unit: Unit, working: WorkingTime
) -> datetime:
    """Return the due time of a clock that stood from `paused` to `now`.

    What was left when it stopped is left when it goes on; a term already past stays past.
    """
    if due <= paused:
        return due
    match unit:
        case Unit.HOURS:
            return due + (now - paused)
        case Unit.WORKING_HOURS:
            return add_working(now, working_between(paused, due, working), working)
        case Unit.WORKING_DAYS:
            left = _working_days(working.local(paused).date(), working.local(due).date(), working)
            return add(now, left, unit, working)
        case Unit.CALENDAR_DAYS:
            days = (working.local(due).date() - working.local(paused).date()).days
            return working.end_of(working.local(now).date() + timedelta(days=days))


def _working_days(start: date, end: date, working: WorkingTime) -> int:
    days = (start + timedelta(days=step) for step in range(1, (end - start).days + 1))
    return sum(working.works_on(day) for day in days)


ALWAYS = WorkingTime(
    zone="UTC", week={day: ((time(0, 0), time(0, 0)),) for day in range(1, 8)}, days={}
)
"""Round the clock, for organisations with no schedule of their own."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
