"""What becomes due for cases as time passes; each may run twice without harm."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from otklik.flow.cases import commands, rules
from otklik.flow.cases.models import Case, ClockEvent

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

logger = logging.getLogger(__name__)
AT_ONCE = 1000
DEFAULT_WINDOW = timedelta(days=14)


def run(now: datetime) -> dict[str, int]:
    """Do all that is due; return how many cases each timer touched."""
    return {"overdue": overdue(now), "woken": wake(now), "closed": close(now)}


def overdue(now: datetime) -> int:
    """Say of each case whose due time passed that it did, once for each due time.

    A clock that stands, as while the author is asked, has not passed anything.
    """
    told = ClockEvent.objects.filter(
        case=OuterRef("pk"), kind="overdue", due_before=OuterRef("due")
    )
    found = Case.objects.filter(
        ~Exists(told), status__in=rules.UNANSWERED, due__lt=now, paused_at=None
    )
    return _each(found.values_list("number", flat=True)[:AT_ONCE], commands.mark_overdue, now)


def wake(now: datetime) -> int:
    """Take up the cases whose interim answer named a day that came."""
    found = Case.objects.filter(status="interim", control_at__lte=now)
    return _each(found.values_list("number", flat=True)[:AT_ONCE], commands.wake_case, now)


def close(now: datetime) -> int:
    """Close answered cases that nobody rated within their policy's window."""
    found = Case.objects.filter(status="answered", answered_at__lt=now - timedelta(days=1))
    numbers = [
        number
        for number, answered, days in found.values_list(
            "number", "answered_at", "policy__rating_window_days"
        )[: AT_ONCE * 10]
        if answered and answered + (timedelta(days=days) if days else DEFAULT_WINDOW) < now
    ]
    return _each(numbers[:AT_ONCE], commands.close_case, now)


def _each(numbers: object, verb: Callable[..., object], now: datetime) -> int:
    done = 0
    for number in list(numbers):  # type: ignore[call-overload]
        try:
            verb(number, now=now)
            done += 1
        except rules.Refused:
            logger.info("%s: changed before its timer", number)
    return done
