"""Letters leave from here: at once, again after a pause, and those that a dead job left."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

AT_ONCE = 200


@app.task(name="notifications.deliver", queue="mail")
def deliver(*, delivery_ids: list[int]) -> None:
    """Try each once; what fails waits for the sweep."""
    from otklik.readers.notifications import commands  # noqa: PLC0415  (the follower defers this)

    for delivery_id in delivery_ids:
        commands.deliver(delivery_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="notifications.sweep", queue="timers", queueing_lock="notifications.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Try what it is time for again."""
    from otklik.readers.notifications import commands, queries  # noqa: PLC0415

    for delivery_id in queries.due(timezone.now(), AT_ONCE):
        commands.deliver(delivery_id, now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="notifications.digests", queue="timers", queueing_lock="notifications.digests")
def digests(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Send each who asked for it one letter with all that happened in the day."""
    from otklik.readers.notifications import digests as letters  # noqa: PLC0415

    letters.send_due(now=timezone.now())
