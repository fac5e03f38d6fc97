"""Background work of obligations: the timers of every hour, copies of photos."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.flow.intake import files
from otklik.participation.outcomes.models import ObligationPhoto


@app.periodic(cron="3 * * * *")
@app.task(name="outcomes.timers", queue="timers", queueing_lock="outcomes.timers")
def run_timers(timestamp: int) -> None:  # noqa: ARG001  (the hour it stands for)
    """Do what became due."""
    from otklik.participation.outcomes import timers  # noqa: PLC0415  (its commands defer these)

    timers.run(timezone.now())


@app.task(name="outcomes.make_copies", queue="images", retry=5)
def make_copies(*, photo_id: int) -> None:
    """Make a photo's copy without EXIF and its thumbnail; the same again if called again."""
    one = ObligationPhoto.objects.get(pk=photo_id)
    public, thumbnail = files.copies(one.original, one.token)
    ObligationPhoto.objects.filter(pk=photo_id).update(public=public, thumbnail=thumbnail)
