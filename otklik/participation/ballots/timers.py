"""What becomes due for votes as time passes; may run twice without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.participation.ballots import commands
from otklik.participation.ballots.models import Vote

if TYPE_CHECKING:
    from datetime import datetime


def run(now: datetime) -> int:
    """Open, close and publish the votes whose time has come; return how many steps were done."""
    steps = (
        (commands.open_vote, Vote.objects.filter(status="announced", phase__opens_at__lte=now)),
        (commands.close_vote, Vote.objects.filter(status="open", phase__closes_at__lte=now)),
        (commands.publish_vote, Vote.objects.filter(status="closed", publication=None)),
    )
    done = 0
    for verb, due in steps:
        for number in list(due.values_list("pk", flat=True)):
            verb(number, now=now)
            done += 1
    return done
