"""What happens to files after they were accepted."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.flow.intake import files, held
from otklik.flow.intake.models import Attachment


@app.task(name="intake.make_copies", queue="images", retry=5)
def make_copies(*, attachment_id: int) -> None:
    """Make a picture's public copy and thumbnail; the same again if called again."""
    attachment = Attachment.objects.get(pk=attachment_id)
    public, thumbnail = files.copies(attachment.original, attachment.token)
    Attachment.objects.filter(pk=attachment_id).update(public=public, thumbnail=thumbnail)


@app.periodic(cron="15 * * * *")
@app.task(name="intake.forget_held", queue="timers", queueing_lock="intake.forget_held")
def forget_held(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Remove the files of forms that nobody sent."""
    held.forget(timezone.now())
