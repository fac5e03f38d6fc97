"""Background work of opinions: groups are computed within minutes of the end."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="*/5 * * * *")
@app.task(name="statements.timers", queue="timers", queueing_lock="statements.timers")
def run_timers(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Do what became due."""
    from otklik.participation.statements import timers  # noqa: PLC0415  (as the other jobs do)

    timers.run(timezone.now())
