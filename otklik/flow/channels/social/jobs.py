"""What nobody decided about is forgotten from here."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="27 3 * * *")
@app.task(name="social.forget", queue="timers", queueing_lock="social.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Delete old findings."""
    from otklik.flow.channels.social import commands  # noqa: PLC0415

    commands.forget_old(now=timezone.now())
