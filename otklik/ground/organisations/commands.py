"""What is done with calendars beyond editing a row."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import holidays

from otklik.ground.kit.memo import forget
from otklik.ground.organisations.models import CalendarDay

if TYPE_CHECKING:
    from otklik.ground.organisations.models import Calendar

SATURDAY = 5


def fill_year(calendar: Calendar, year: int) -> int:
    """Add a year's national days off and moved working Saturdays; days already there stay.

    From the library `holidays`, which follows the government's decrees; the moved days of a year
    to come are known only after the decree, so an administrator checks them. Returns how many days
    were added.
    """
    found = holidays.country_holidays("RU", years=year, categories=("public",), language="ru")
    known = set(calendar.days.filter(date__year=year).values_list("date", flat=True))
    days = [
        CalendarDay(
            region_id=calendar.region_id, calendar=calendar, date=day, kind=CalendarDay.Kind.OFF,
            note=str(name)[:200],
        )
        for day, name in sorted(found.items())
    ] + [
        CalendarDay(
            region_id=calendar.region_id, calendar=calendar, date=day,
            kind=CalendarDay.Kind.WORKING, note="рабочая суббота",
        )
        for day in sorted(getattr(found, "weekend_workdays", ()))
        if day.year == year and day.weekday() == SATURDAY
    ]  # fmt: skip
    fresh = [day for day in days if day.date not in known]
    for day in fresh:
        day.save()  # one by one, so that each has its history
    forget()
    return len(fresh)


def years_known(calendar: Calendar) -> list[int]:
    """Return the years that a calendar tells of."""
    dates: list[date] = list(calendar.days.dates("date", "year"))
    return [day.year for day in dates]
