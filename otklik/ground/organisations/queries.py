"""Bodies and their working hours, for everybody above."""

from __future__ import annotations

from datetime import time, timedelta

from otklik.ground.kit.clock import ALWAYS, WorkingTime
from otklik.ground.kit.memo import remembered
from otklik.ground.organisations.models import CalendarDay, Organisation, Schedule
from otklik.ground.territories.queries import region

SECONDS = 10
BORDER = "territory__polygon"  # tens of kilobytes that nobody asks a body for


@remembered(SECONDS)
def organisations() -> dict[str, Organisation]:
    """Return the bodies that are not closed, by code."""
    found = Organisation.objects.filter(region=region(), valid_to=None)
    return {o.code: o for o in found.select_related("territory", "schedule").defer(BORDER)}


@remembered(SECONDS)
def organisations_by_id() -> dict[int, Organisation]:
    """Return the bodies that are not closed, by id."""
    return {o.pk: o for o in organisations().values()}


@remembered(SECONDS)
def subtree_ids(organisation_id: int) -> frozenset[int]:
    """Return the ids of a body and of all beneath it, closed ones too."""
    children: dict[int | None, list[int]] = {}
    for key, parent in Organisation.objects.filter(region=region()).values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(key)
    result, frontier = {organisation_id}, [organisation_id]
    while frontier:
        fresh = [key for key in children.get(frontier.pop(), []) if key not in result]
        result.update(fresh)
        frontier += fresh
    return frozenset(result)


@remembered(SECONDS * 6)
def working_time(schedule_id: int | None) -> WorkingTime:
    """Return a schedule as arithmetic; without one, the region's `gov` or round the clock."""
    schedules = Schedule.objects.filter(region=region()).select_related("region")
    schedule = (
        schedules.filter(pk=schedule_id).first()
        if schedule_id
        else schedules.filter(code="gov").first()
    )
    if schedule is None:
        return ALWAYS
    days = CalendarDay.objects.filter(calendar_id=schedule.calendar_id or 0).values_list(
        "date", "kind", "note"
    )
    week = {
        int(day): tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in spans)
        for day, spans in schedule.week.items()
    }
    return WorkingTime(
        zone=schedule.zone or schedule.region.time_zone,
        week=week,
        days={day: kind for day, kind, _ in days},
        short=timedelta(minutes=schedule.short_minutes),
        notes={day: note for day, _, note in days},
    )


def working_time_of(organisation: Organisation | None) -> WorkingTime:
    """Return the working hours of a body."""
    return working_time(organisation.schedule_id if organisation else None)
