"""The open sets are made anew each night."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="40 2 * * *")
@app.task(name="opendata.publish", queue="timers", queueing_lock="opendata.publish")
def publish(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Make every set."""
    from otklik.readers.opendata import exports  # noqa: PLC0415  (polars only where it is needed)

    exports.publish(timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="opendata.first", queue="timers", queueing_lock="opendata.first")
def first(timestamp: int) -> None:  # noqa: ARG001
    """Make every set once on a new server: nobody waits for its first night."""
    from otklik.readers.opendata import exports, queries  # noqa: PLC0415

    if queries.description() is None:
        exports.publish(timezone.now())
