"""What happens to files after they were accepted."""

from __future__ import annotations

from procrastinate.contrib.django import app

from otklik.flow.intake import files
from otklik.flow.intake.models import Attachment


@app.task(name="intake.make_copies", queue="images", retry=5)
def make_copies(*, attachment_id: int) -> None:
    """Make a picture's public copy and thumbnail; the same again if called again."""
    attachment = Attachment.objects.get(pk=attachment_id)
    public, thumbnail = files.copies(attachment.original, attachment.token)
    Attachment.objects.filter(pk=attachment_id).update(public=public, thumbnail=thumbnail)
