"""Background work of votes: the timers of every minute."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.participation.ballots import timers


@app.periodic(cron="* * * * *")
@app.task(name="ballots.timers", queue="timers", queueing_lock="ballots.timers")
def run_timers(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Do what became due."""
    timers.run(timezone.now())
