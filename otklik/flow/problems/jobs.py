"""What is done with many cases, away from the official's browser."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.task(name="problems.do_group_action", queue="cases", retry=5)
def do_group_action(*, action_id: int) -> None:
    """Do a group action case by case; called again, it goes on where it stopped."""
    from otklik.flow.problems.commands import act_on_one  # noqa: PLC0415  (it defers this job)

    while act_on_one(action_id, now=timezone.now()):
        pass
