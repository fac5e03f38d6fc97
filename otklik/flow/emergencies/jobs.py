"""Emergencies begin and end by themselves; cases follow one by one."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="*/5 * * * *")
@app.task(name="emergencies.timers", queue="timers", queueing_lock="emergencies.timers")
def run_timers(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Do what became due."""
    from otklik.flow.emergencies import timers  # noqa: PLC0415  (it calls what defers these jobs)

    timers.run(timezone.now())


@app.task(name="emergencies.follow_all", queue="cases", retry=5)
def follow_all() -> None:
    """Let all cases follow at once what was declared or ended."""
    from otklik.flow.emergencies import timers  # noqa: PLC0415

    timers.run(timezone.now())


@app.task(name="emergencies.follow_case", queue="cases", retry=5)
def follow_case(*, number: str, at: str) -> None:
    """Let one case follow, as of the moment when it changed."""
    from otklik.flow.emergencies import commands  # noqa: PLC0415

    commands.follow_case(number, at=datetime.fromisoformat(at), now=timezone.now())
