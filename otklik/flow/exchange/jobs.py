"""Letters leave from here, and the watched folder is looked into."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

AT_ONCE = 100


@app.task(name="exchange.deliver", queue="exchange")
def deliver(*, letter_id: int) -> None:
    """Try a letter once; a failed try has queued the next one itself."""
    from otklik.flow.exchange import commands  # noqa: PLC0415  (they defer this job)

    commands.deliver(letter_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="exchange.sweep", queue="exchange", queueing_lock="exchange.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Try what nobody tries, then take what lies in the folder."""
    from otklik.flow.exchange import commands, folder, queries  # noqa: PLC0415

    for letter_id in queries.due_letters(timezone.now(), AT_ONCE):
        commands.deliver(letter_id, now=timezone.now())
    folder.take_all(AT_ONCE, now=timezone.now())
