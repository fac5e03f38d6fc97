"""The map's minute."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.readers.heatmap import timers


@app.periodic(cron="* * * * *")
@app.task(name="heatmap.evaluate", queue="timers", queueing_lock="heatmap.evaluate")
def evaluate(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Keep the marks of the map."""
    timers.evaluate(timezone.localtime())
