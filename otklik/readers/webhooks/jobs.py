"""Messages leave from here, one subscription at a time; what waits is looked for each minute."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.task(name="webhooks.deliver", queue="webhooks")
def deliver(*, subscription_id: int) -> None:
    """Send all that waits, in order, until the door shuts."""
    from otklik.readers.webhooks import commands  # noqa: PLC0415  (the follower defers this)

    commands.deliver_all(subscription_id, now=timezone.now)


@app.periodic(cron="* * * * *")
@app.task(name="webhooks.sweep", queue="timers", queueing_lock="webhooks.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Wake the doors whose pause is over; forget what was delivered long ago."""
    from otklik.readers.webhooks import commands, queries  # noqa: PLC0415

    now = timezone.now()
    for subscription_id in queries.due(now):
        deliver.defer(subscription_id=subscription_id)
    commands.forget_old(now=now)
