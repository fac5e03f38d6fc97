"""Text messages leave from here: at once, again after a pause, and those that a dead job left."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

AT_ONCE = 200


@app.task(name="sms.deliver", queue="sms")
def deliver(*, message_id: int) -> None:
    """Try a message once; a failed try has queued the next one itself."""
    from otklik.flow.channels.sms import commands  # noqa: PLC0415  (they defer this job)

    commands.deliver(message_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="sms.sweep", queue="timers", queueing_lock="sms.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Try what nobody tries: a worker died between a try and the next job."""
    from otklik.flow.channels.sms import commands, queries  # noqa: PLC0415

    for message_id in queries.due_messages(timezone.now(), AT_ONCE):
        commands.deliver(message_id, now=timezone.now())
