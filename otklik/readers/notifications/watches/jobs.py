"""Letters to subscribers: the one that asks whether it is they, and what is new, at most daily."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.task(name="watches.invite", queue="mail", retry=5)
def invite(*, watch_id: int) -> None:
    """Ask the owner of an address whether they want this."""
    from otklik.readers.notifications.watches import queries, wording  # noqa: PLC0415  (commands defer this)

    watch = queries.unconfirmed(watch_id)
    if watch is not None:
        wording.send_invitation(watch, now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="watches.tell", queue="timers", queueing_lock="watches.tell")
def tell(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Send what is new to those whose hour came."""
    from otklik.readers.notifications.watches import commands  # noqa: PLC0415

    commands.tell_due(now=timezone.now())


@app.periodic(cron="17 4 * * *")
@app.task(name="watches.drop", queue="timers", queueing_lock="watches.drop")
def drop(timestamp: int) -> None:  # noqa: ARG001
    """Forget addresses whose owners never said yes."""
    from otklik.readers.notifications.watches import commands  # noqa: PLC0415

    commands.drop_unconfirmed(now=timezone.now())
