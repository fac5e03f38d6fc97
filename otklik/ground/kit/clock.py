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
HOUR = timedelta(hours=1)
WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
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
class Reason:
    """One step of counting: what happened at a day and why, in people's words.

    `kind`: start, weekend, off (a holiday), working (a moved day), short, worked (hours that
    counted), roll, end.
    """

    day: date
    kind: str
    why: str

    @property
    def notable(self) -> bool:
        """Whether it says more than the plain order of days."""
        return self.kind in {"off", "working", "short", "roll"}


@dataclass(frozen=True)
class Counted:
    """The end of a term and how it was found."""

    end: datetime
    steps: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class WorkingTime:
    """A week of working spans and the days that differ from it.

    `week` maps ISO weekdays (1 = Monday) to spans of local times. `days` maps dates to
    "off", "working" or "short" (the last span ends earlier by `short`); a weekend day that is
    working or short has a Monday's spans. `notes` tells why a day is what it is.
    """

    zone: str = "Europe/Moscow"
    week: Mapping[int, tuple[tuple[time, time], ...]] = field(default_factory=dict)
    days: Mapping[date, str] = field(default_factory=dict)
    short: timedelta = HOUR
    notes: Mapping[date, str] = field(default_factory=dict)

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the working spans of a day, in order; empty on a day off."""
        kind = self.days.get(day)
        if kind == "off":
            return ()
        spans = self.week.get(day.isoweekday(), ())
        if kind in {"working", "short"} and not spans:
            spans = self.week.get(1, ())
        zone = ZoneInfo(self.zone)
        result = [
            (datetime.combine(day, start, zone), _end(day, end, zone)) for start, end in spans
        ]
        if kind == "short" and result:
            start, end = result[-1]
            result[-1] = (start, max(start, end - self.short))
        return tuple((start, end) for start, end in result if start < end)

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
        """Yield what is left of working spans from a moment on, in UTC: differences are true."""
        day = self.local(moment).date()
        for _ in range(SEARCH_LIMIT):
            for start, end in self.spans(day):
                if end > moment:
                    yield max(start, moment).astimezone(UTC), end.astimezone(UTC)
            day += timedelta(days=1)
        raise NoWorkingTimeError

    def behind(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the working spans before a moment, the latest first, in UTC."""
        day = self.local(moment).date()
        for _ in range(SEARCH_LIMIT):
            for start, end in reversed(self.spans(day)):
                if start < moment:
                    yield start.astimezone(UTC), min(end, moment).astimezone(UTC)
            day -= timedelta(days=1)
        raise NoWorkingTimeError

    def about(self, day: date) -> Reason | None:
        """Return what is unusual in a day: off, moved, short, a weekend; None for a plain one."""
        kind, note = self.days.get(day), self.notes.get(day, "")
        said = {"off": "нерабочий день", "working": "рабочий, хотя выходной",
                "short": "сокращённый день"}  # fmt: skip
        if kind in said:
            return Reason(day, kind, f"{spoken(day)}: {note or said[kind]}")
        return None if self.works_on(day) else Reason(day, "weekend", f"{spoken(day)}: выходной")


def _end(day: date, end: time, zone: ZoneInfo) -> datetime:
    if end == time(0, 0):  # midnight closes a day that never sleeps
        return datetime.combine(day + timedelta(days=1), end, zone)
    return datetime.combine(day, end, zone)


def spoken(day: date) -> str:
    """Return a day as people write it: 04.11.2026 (ср)."""
    return f"{day:%d.%m.%Y} ({WEEKDAYS[day.weekday()]})"


def add(
    start: datetime, amount: int, unit: Unit, working: WorkingTime, roll: Roll = Roll.PREVIOUS
) -> datetime:
    """Return when a term of `amount` units that starts at `start` ends."""
    return counted(start, amount, unit, working, roll).end


def counted(
    start: datetime, amount: int, unit: Unit, working: WorkingTime, roll: Roll = Roll.PREVIOUS
) -> Counted:
    """Return when a term ends, with the reason for each step."""
    match unit:
        case Unit.HOURS:
            end = working.local(start.astimezone(UTC) + timedelta(hours=amount))
            return Counted(end, (_at(end, "end", f"{amount} ч подряд"),))
        case Unit.WORKING_HOURS:
            return _working_hours(start, timedelta(hours=amount), working)
        case Unit.WORKING_DAYS:
            return _working_days_from(start, amount, working)
        case Unit.CALENDAR_DAYS:
            return _calendar_days_from(start, amount, working, roll)


def _at(moment: datetime, kind: str, why: str) -> Reason:
    return Reason(moment.date(), kind, why)


def _first(day: date) -> Reason:
    return Reason(day, "start", f"{spoken(day)} не считается: срок в днях идёт со следующего дня")


def _calendar_days_from(start: datetime, amount: int, working: WorkingTime, roll: Roll) -> Counted:
    first = working.local(start).date()
    last = first + timedelta(days=amount)
    day = max(rolled(last, roll, working), first)
    steps = [_first(first), Reason(last, "end", f"{spoken(last)}: последний день срока")]
    if day != last:
        unusual = working.about(last)
        steps.append(
            Reason(day, "roll", f"{unusual.why if unusual else spoken(last)}, срок — {spoken(day)}")
        )
    return Counted(working.end_of(day), tuple(steps))


def _working_days_from(start: datetime, amount: int, working: WorkingTime) -> Counted:
    first = day = working.local(start).date()
    for _ in range(amount):
        day = working.next_working_day(day)
    steps = [_first(first), *_between(first, day, working)]
    steps.append(Reason(day, "end", f"{spoken(day)}: рабочий день № {amount}"))
    return Counted(working.end_of(day), tuple(steps))


def _between(first: date, last: date, working: WorkingTime) -> Iterator[Reason]:
    """Tell what is unusual in the days after `first` up to `last`."""
    for step in range(1, (last - first).days + 1):
        unusual = working.about(first + timedelta(days=step))
        if unusual is not None and unusual.kind != "short":
            yield unusual


def _working_hours(start: datetime, span: timedelta, working: WorkingTime) -> Counted:
    end = add_working(start, span, working)
    steps: list[Reason] = []
    day = working.local(start).date() - timedelta(days=1)
    while day < working.local(end).date():
        day += timedelta(days=1)
        unusual = working.about(day)
        if unusual is not None:
            steps.append(unusual)
        steps += _worked(day, start, end, working)
    return Counted(end, tuple(steps))


def _worked(day: date, start: datetime, end: datetime, working: WorkingTime) -> Iterator[Reason]:
    for begin, finish in working.spans(day):
        since, until = max(begin, start), min(finish, end)
        if since < until:
            minutes = round((until - since) / timedelta(minutes=1))
            hours = f"{minutes // 60} ч {minutes % 60:02} мин"
            local = f"{working.local(since):%H:%M}–{working.local(until):%H:%M}"
            yield Reason(day, "worked", f"{spoken(day)} {local}: {hours}")


def before(
    end: datetime, amount: int, unit: Unit, working: WorkingTime, roll: Roll = Roll.PREVIOUS
) -> datetime:
    """Return the latest moment that leaves `amount` units before `end`."""
    match unit:
        case Unit.HOURS:
            return working.local(end.astimezone(UTC) - timedelta(hours=amount))
        case Unit.WORKING_HOURS:
            return _back(end, timedelta(hours=amount), working)
        case Unit.WORKING_DAYS:
            day = working.local(end).date()
            for _ in range(amount):
                day = working.next_working_day(day, -1)
            return working.end_of(day) if amount else end
        case Unit.CALENDAR_DAYS:
            day = working.local(end).date() - timedelta(days=amount)
            kept = Roll.NONE if roll == Roll.NONE else Roll.PREVIOUS
            return working.end_of(rolled(day, kept, working)) if amount else end


def _back(end: datetime, span: timedelta, working: WorkingTime) -> datetime:
    left = span
    for begin, finish in working.behind(end):
        if finish - begin >= left:
            return working.local(finish - left)
        left -= finish - begin
    raise NoWorkingTimeError


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
            return working.local(begin + left)
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
    due: datetime,
    paused: datetime,
    now: datetime,
    unit: Unit,
    working: WorkingTime,
    roll: Roll = Roll.NONE,
) -> datetime:
    """Return the due time of a clock that stood from `paused` to `now`.

    What was left when it stopped is left when it goes on; a term already past stays past.
    """
    if due <= paused:
        return due
    match unit:
        case Unit.HOURS:
            return working.local(due.astimezone(UTC) + (now - paused))
        case Unit.WORKING_HOURS:
            return add_working(now, working_between(paused, due, working), working)
        case Unit.WORKING_DAYS:
            left = _working_days(working.local(paused).date(), working.local(due).date(), working)
            return add(now, left, unit, working)
        case Unit.CALENDAR_DAYS:
            days = (working.local(due).date() - working.local(paused).date()).days
            today = working.local(now).date()
            return working.end_of(max(today, rolled(today + timedelta(days), roll, working)))


def _working_days(start: date, end: date, working: WorkingTime) -> int:
    days = (start + timedelta(days=step) for step in range(1, (end - start).days + 1))
    return sum(working.works_on(day) for day in days)


ALWAYS = WorkingTime(
    zone="UTC", week={day: ((time(0, 0), time(0, 0)),) for day in range(1, 8)}, days={}
)
"""Round the clock, for organisations with no schedule of their own."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
