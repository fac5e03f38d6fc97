"""What happens to files after they were accepted."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.flow.intake import files, held, parts
from otklik.flow.intake.models import Attachment


@app.task(name="intake.make_copies", queue="images", retry=5)
def make_copies(*, attachment_id: int) -> None:
    """Make a picture's public copy and thumbnail; the same again if called again."""
    from otklik.flow.intake.commands import copy  # noqa: PLC0415  (it defers this job)

    copy(attachment_id)


@app.task(name="intake.drop_copies", queue="images", retry=5)
def drop_copies(*, paths: list[str]) -> None:
    """Delete copies that show what is covered since, but none that is shown again."""
    used = Attachment.objects.filter(Q(public__in=paths) | Q(thumbnail__in=paths))
    kept = {path for row in used.values_list("public", "thumbnail") for path in row}
    for path in set(paths) - kept:
        files.stored(path).unlink(missing_ok=True)


@app.periodic(cron="15 * * * *")
@app.task(name="intake.forget_held", queue="timers", queueing_lock="intake.forget_held")
def forget_held(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Remove the files of forms that nobody sent, and what of files came and went no further."""
    held.forget(timezone.now())
    parts.forget(timezone.now())
