"""What becomes due for instructions as time passes; may run twice without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.instructions import commands, rules
from otklik.flow.instructions.models import Instruction

if TYPE_CHECKING:
    from datetime import datetime

AT_ONCE = 500


def run(now: datetime) -> int:
    """Say of each instruction whose date passed that it did, once; return how many."""
    late = Instruction.objects.filter(
        status__in=rules.WAITS_FOR_EXECUTOR, due__lt=now, overdue_at=None
    )
    numbers = list(late.values_list("pk", flat=True)[:AT_ONCE])
    for number in numbers:
        commands.mark_overdue(number, now=now)
    return len(numbers)
