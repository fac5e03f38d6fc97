"""What the classifier does by itself: a first version soon, and what was learnt every night."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.flow.triage import commands


@app.periodic(cron="* * * * *")
@app.task(name="triage.prepare", queue="default", queueing_lock="triage.prepare", lock="triage")
def prepare(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Make the first version, or one anew when topics were edited; until then, triage compares."""
    commands.ensure_version(now=timezone.now())


@app.periodic(cron="30 2 * * *")
@app.task(name="triage.learn", queue="default", queueing_lock="triage.learn", lock="triage")
def learn(timestamp: int) -> None:  # noqa: ARG001  (the night it stands for)
    """Learn from what officials judged since the newest version."""
    commands.learn(now=timezone.now())
