"""The storm, started from the wall and lived by the worker."""

from __future__ import annotations

import time

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.demo import seeding


@app.task(name="demo.storm", queue="default", queueing_lock="demo.storm")
def run_storm(*, count: int = 500, minutes: float = 4.0) -> None:
    """Write so many messages within so many minutes, faster and faster."""
    lines = seeding.storm(count, timezone.now())
    for made_of, fact, around in lines:
        seeding.write(made_of, timezone.now(), fact, around, live=True)
        time.sleep(minutes * 60 / count * made_of.random.uniform(0.2, 1.2))
