"""Background work of instructions: the timers of every minute, copies of pictures."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.flow.instructions import timers
from otklik.flow.instructions.models import InstructionFile
from otklik.flow.intake import files


@app.periodic(cron="* * * * *")
@app.task(name="instructions.timers", queue="timers", queueing_lock="instructions.timers")
def run_timers(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Do what became due."""
    timers.run(timezone.now())


@app.task(name="instructions.make_copies", queue="images", retry=5)
def make_copies(*, file_id: int) -> None:
    """Make a picture's copy without EXIF and its thumbnail; the same again if called again."""
    one = InstructionFile.objects.get(pk=file_id)
    public, thumbnail = files.copies(one.original, one.token)
    InstructionFile.objects.filter(pk=file_id).update(public=public, thumbnail=thumbnail)
