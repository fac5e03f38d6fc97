"""What becomes due for refusals as weeks end; it may run twice without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.refusals import commands, queries

if TYPE_CHECKING:
    from datetime import datetime


def run(now: datetime) -> int:
    """Draw the sample of the last week that is over; return how many refusals it holds."""
    week = queries.to_draw(timezone.localdate(now))
    drawn = commands.draw_sample(week, now=now) if week else None
    return drawn.checks.count() if drawn else 0
