"""What becomes due for obligations as time passes; may run twice without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.timezone import localdate

from otklik.participation.outcomes import commands, rules
from otklik.participation.outcomes.models import Obligation

if TYPE_CHECKING:
    from datetime import datetime

AT_ONCE = 500


def run(now: datetime) -> int:
    """Say of each obligation whose day passed that it did, once; return how many."""
    late = Obligation.objects.filter(
        state=rules.RUNNING, due__lt=localdate(now), overdue_at=None
    ).values_list("pk", flat=True)
    numbers = list(late[:AT_ONCE])
    for number in numbers:
        commands.mark_overdue(number, now=now)
    return len(numbers)
