"""Files of exports, files to drop, and the terms, every night."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from otklik.flow.intake.files import stored

if TYPE_CHECKING:
    from collections.abc import Collection

DAY = 86_400


@app.task(name="privacy.make_export", queue="exports", retry=5)
def make_export(*, export_id: int) -> None:
    """Make the file of an export."""
    from otklik.flow.privacy import commands  # noqa: PLC0415  (it defers this job)

    commands.make_export(export_id, now=timezone.now())


def used(paths: Collection[str]) -> set[str]:
    """Return which of these files some row holds, of whatever table says that it holds files."""
    return {
        path
        for table in apps.get_models()
        for column in getattr(table, "FILES", ())
        for path in table._default_manager.filter(**{f"{column}__in": paths}).values_list(  # noqa: SLF001
            column, flat=True
        )
    }


@app.task(name="privacy.drop_files", queue="exports", retry=5)
def drop_files(*, paths: list[str]) -> None:
    """Delete files from disk, but not those that another row has too."""
    for path in set(paths) - used(paths):
        stored(path).unlink(missing_ok=True)


@app.periodic(cron="17 3 * * *")
@app.task(name="privacy.keep_terms", queue="timers", queueing_lock="privacy.keep_terms")
def keep_terms(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Depersonalise and delete what its term has run out for."""
    from otklik.flow.privacy import commands, queries  # noqa: PLC0415

    now = timezone.now()
    while commands.depersonalise_old(now=now):
        pass
    commands.delete_old(now=now)
    drop_unused(now.timestamp() - queries.retention_terms().unused_files * DAY)


def drop_unused(before: float) -> int:
    """Delete originals that no row has: their sending was never finished; return how many."""
    root, dropped = Path(settings.MEDIA_ROOT), 0
    old = [
        path
        for path in (root / "original").glob("*/*")
        if path.is_file() and path.stat().st_mtime < before
    ]
    for start in range(0, len(old), 500):
        names = {str(path.relative_to(root)): path for path in old[start : start + 500]}
        for name in set(names) - used(names):
            names[name].unlink(missing_ok=True)
            dropped += 1
    return dropped
