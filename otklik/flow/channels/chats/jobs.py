"""Events are read and words leave from here; what a dead job left is looked for each minute."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.task(name="chats.hear", queue="chats")
def hear(*, talk_id: int) -> None:
    """Answer what waits in a talk."""
    from otklik.flow.channels.chats import commands  # noqa: PLC0415  (they defer this job)

    commands.hear_all(talk_id, now=timezone.now)


@app.task(name="chats.deliver", queue="chats")
def deliver(*, bot_id: int) -> None:
    """Send what waits for a bot."""
    from otklik.flow.channels.chats import commands  # noqa: PLC0415

    commands.deliver_all(bot_id, now=timezone.now)


@app.periodic(cron="* * * * *")
@app.task(name="chats.sweep", queue="timers", queueing_lock="chats.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Wake talks and bots whose pause is over."""
    from otklik.flow.channels.chats import queries  # noqa: PLC0415

    now = timezone.now()
    for talk_id in queries.due_talks(now):
        hear.defer(talk_id=talk_id)
    for bot_id in queries.due_bots(now):
        deliver.defer(bot_id=bot_id)


@app.periodic(cron="17 3 * * *")
@app.task(name="chats.forget", queue="timers", queueing_lock="chats.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001
    """Erase what nobody needs any more."""
    from otklik.flow.channels.chats import commands  # noqa: PLC0415

    commands.forget_old(now=timezone.now())
