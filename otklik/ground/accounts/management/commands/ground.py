"""`otklik ground load | export`: the region's data from files and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otklik.ground.accounts.loading import export, load
from otklik.ground.territories.region_files import WrongFilesError

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from otklik.ground.territories.merging import Count

SHOWN = 50


class Command(BaseCommand):
    """Loads a region's files into the tables and writes the tables back to files."""

    help = "Данные региона: загрузить из файлов, выгрузить в файлы."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and where the files are."""
        actions = parser.add_subparsers(dest="action", required=True)
        loading = actions.add_parser("load", help="загрузить файлы; правки в админке сохранятся")
        loading.add_argument("--region-data", type=Path, default=settings.REGION_DATA)
        loading.add_argument("--force", action="store_true", help="файлы важнее правок")
        exporting = actions.add_parser("export", help="записать таблицы в такие же файлы")
        exporting.add_argument("folder", type=Path)
        exporting.add_argument("--region", default=settings.REGION)

    def handle(self, **options: Any) -> None:
        """Do it."""
        if options["action"] == "load":
            self._load(options["region_data"], force=options["force"])
        else:
            self._export(options["region"], options["folder"])

    def _load(self, folder: Path, *, force: bool) -> None:
        try:
            loaded = load(folder, today=timezone.localdate(), force=force)
        except WrongFilesError as error:
            lines = [str(wrong) for wrong in error.wrongs]
            more = [f"… и ещё {len(lines) - SHOWN}"] if len(lines) > SHOWN else []
            told = "\n  ".join([*lines[:SHOWN], *more])
            raise CommandError(f"Ничего не загружено. Исправьте файлы:\n  {told}") from error
        if not loaded.fresh:
            self.stdout.write(f"{loaded.region}: файлы те же, что при последней загрузке")
        for count in loaded.counts:
            self.stdout.write(_line(count))
            for note in count.notes:
                self.stdout.write(f"  ! {note}")

    def _export(self, region: str, folder: Path) -> None:
        files = export(region)
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.stdout.write(f"{region}: файлов {len(files)}, папка {folder}")


def _line(count: Count) -> str:
    parts = (
        ("новых", count.created),
        ("изменено", count.changed),
        ("закрыто", count.closed),
        ("без изменений", count.same),
        ("с правкой администратора", count.kept),
    )
    told = ", ".join(f"{name} {number}" for name, number in parts if number)
    return f"{count.title:<20} {told or 'пусто'}"
