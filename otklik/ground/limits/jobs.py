"""Rows of those who have not knocked for long go nightly."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="41 3 * * *")
@app.task(name="limits.drop", queue="timers", queueing_lock="limits.drop")
def drop(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Forget them."""
    from otklik.ground.limits import commands  # noqa: PLC0415

    commands.drop_old(now=timezone.now())
