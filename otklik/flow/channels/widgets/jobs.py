"""Pages with widgets are visited every night, and when somebody asks."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app


@app.task(name="widgets.check", queue="timers")
def check(*, page_id: int) -> None:
    """Visit one page."""
    from otklik.flow.channels.widgets import commands  # noqa: PLC0415

    commands.check_page(page_id, ours=settings.SITE_URL, now=timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="widgets.check_all", queue="timers", queueing_lock="widgets.check_all")
def check_all(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Visit every page that is written down."""
    from otklik.flow.channels.widgets.queries import pages_to_check  # noqa: PLC0415

    for page_id in pages_to_check():
        check.defer(page_id=page_id)
