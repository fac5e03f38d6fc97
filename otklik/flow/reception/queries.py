"""Reading receptions: who receives and when, whom to answer, the day's list, control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from otklik.flow.cases.queries import cases_of
from otklik.flow.cases.rules import UNANSWERED
from otklik.flow.reception.models import Booking, ControlPoint, Receiver, Slot
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official

RELATED = ("receiver", "slot", "report", "answered_by__person")


def receivers() -> QuerySet[Receiver]:
    """Return those who receive citizens."""
    return Receiver.objects.filter(region=region(), active=True)


def free_slots(now: datetime) -> QuerySet[Slot]:
    """Return the times ahead that nobody has."""
    free = Slot.objects.filter(region=region(), booking=None, cancelled=False, starts_at__gt=now)
    return free.filter(receiver__active=True).select_related("receiver")


def booking_by_token(token: str) -> Booking:
    """Return one's own request by the token of its link; Booking.DoesNotExist otherwise."""
    return Booking.objects.select_related(*RELATED).get(region=region(), token=token)


def booking(booking_id: int) -> Booking:
    """Return a request of the region; Booking.DoesNotExist if there is none."""
    return Booking.objects.select_related(*RELATED).get(region=region(), pk=booking_id)


def bookings(state: str) -> QuerySet[Booking]:
    """Return requests in a state, those to be answered first coming first."""
    found = Booking.objects.filter(region=region()).select_related(*RELATED)
    if state == "confirmed":
        return found.filter(state=state).order_by("slot__starts_at")
    if state == "asked":
        return found.filter(state=state)
    return found.exclude(state__in=("asked", "confirmed")).order_by("-answered_at")


def counts(now: datetime) -> dict[str, int]:
    """Return how many requests wait for an answer and how many of them wait too long."""
    waiting = Booking.objects.filter(region=region(), state="asked")
    return waiting.aggregate(asked=Count("pk"), late=Count("pk", filter=Q(due__lt=now)))


def day_list(day: date) -> QuerySet[Booking]:
    """Return who is received on a day, by receiver and time."""
    found = Booking.objects.filter(
        region=region(), slot__starts_at__date=day, state__in=("confirmed", "held", "absent")
    )
    return found.select_related(*RELATED).order_by("receiver__order", "slot__starts_at")


def control_day(channel: str) -> int:
    """Return on which day the reception looks at what came by a channel; 0 for never."""
    line = directory("channels").get(channel)
    day = line.extra.get("control_day", 0) if line else 0
    return day if isinstance(day, int) else 0


def controls_for(official: Official, *, done: bool = False) -> QuerySet[ControlPoint]:
    """Return the appeals under control that an official may see."""
    seen = cases_of(official).values("pk")
    found = ControlPoint.objects.filter(region=region(), case__in=seen)
    related = ("case__topic", "case__organisation", "case__territory", "done_by__person")
    found = found.filter(done_at__isnull=not done).select_related(*related)
    if not done:  # what was answered in time needs no look any more
        found = found.filter(case__status__in=UNANSWERED)
    found = found.defer("case__territory__polygon", "case__topic__phrases", "case__topic__synonyms")
    return found.order_by("-done_at") if done else found.order_by("due")


def due_controls(now: datetime, count: int) -> list[str]:
    """Return the numbers of unanswered appeals whose day of control came and was not told."""
    found = ControlPoint.objects.filter(
        region=region(), due__lte=now, told_at=None, done_at=None, case__status__in=UNANSWERED
    )
    return list(found.values_list("case__number", flat=True)[:count])


def to_remind(until: datetime, now: datetime, count: int) -> list[int]:
    """Return the ids of receptions that begin by a moment and were not reminded of."""
    found = Booking.objects.filter(
        region=region(), state="confirmed", reminded_at=None, slot__starts_at__range=(now, until)
    )
    return list(found.values_list("pk", flat=True)[:count])


def unanswered(now: datetime, count: int) -> list[int]:
    """Return the ids of requests that nobody answered in time."""
    found = Booking.objects.filter(region=region(), state="asked", due__lt=now, late_at=None)
    return list(found.values_list("pk", flat=True)[:count])
