"""The sample of refusals, looked for each morning and drawn once a week."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.flow.refusals import timers


@app.periodic(cron="15 3 * * *")
@app.task(name="refusals.timers", queue="timers", queueing_lock="refusals.timers")
def run_timers(timestamp: int) -> None:  # noqa: ARG001  (the day it stands for)
    """Draw what became due."""
    timers.run(timezone.now())
