"""The timers of control, every minute."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.flow.control import timers


@app.periodic(cron="* * * * *")
@app.task(name="control.timers", queue="timers", queueing_lock="control.timers")
def run_timers(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Do what became due."""
    timers.run(timezone.now())
