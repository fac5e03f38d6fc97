"""What becomes due for opinions as time passes; may run twice without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.participation.statements import commands
from otklik.participation.statements.models import Conversation

if TYPE_CHECKING:
    from datetime import datetime


def run(now: datetime) -> int:
    """Compute groups where the end has come; return how many."""
    ended = Conversation.objects.filter(
        phase__sealed_at__isnull=False, phase__closes_at__lte=now, runs=None
    )
    numbers = list(ended.values_list("pk", flat=True))
    for number in numbers:
        commands.compute(number, now=now)
    return len(numbers)
