"""The timers of the reception, every five minutes."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.flow.reception import timers


@app.periodic(cron="*/5 * * * *")
@app.task(name="reception.timers", queue="timers", queueing_lock="reception.timers")
def run_timers(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Do what became due."""
    timers.run(timezone.now())
