"""What takes time: prints of photos, checks of answers."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.task(name="answers.take_prints", queue="images", retry=5)
def take_prints(*, report_id: int) -> None:
    """Take the prints of a message's photos that have none."""
    from otklik.flow.answers.commands import print_report  # noqa: PLC0415

    print_report(report_id, now=timezone.now())


@app.task(name="answers.examine", queue="images", retry=5)
def examine(*, number: str, version: int) -> None:
    """Look into a version of an answer, once."""
    from otklik.flow.answers.commands import examine_version  # noqa: PLC0415

    examine_version(number, version, now=timezone.now())
