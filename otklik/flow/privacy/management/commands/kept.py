"""`otklik kept list | open`: files of appeals that lie sealed after their authors were erased."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otklik.flow.privacy.commands import open_kept
from otklik.flow.privacy.queries import kept_files
from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Lists sealed files and opens one for a reason that stays on record."""

    help = "Опечатанные дела стёртых заявителей: список и открытие по законному требованию."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="номер, когда опечатано, до какого дня хранится")
        opening = actions.add_parser("open", help="записать документы дела в папку")
        opening.add_argument("number")
        opening.add_argument("--reason", required=True, help="по чьему требованию")
        opening.add_argument("--to", required=True, type=Path, help="пустая папка")

    def handle(self, **options: Any) -> None:
        """Do it."""
        getattr(self, f"_{options['action']}")(options)

    def _list(self, _options: dict[str, Any]) -> None:
        for each in kept_files():
            self.stdout.write(f"{each.case.spoken}\t{each.at:%d.%m.%Y}\t{each.until:%d.%m.%Y}")

    def _open(self, options: dict[str, Any]) -> None:
        number = options["number"].replace("-", "")
        try:
            pieces = open_kept(number, reason=options["reason"], now=timezone.now())
        except ObjectDoesNotExist:
            raise CommandError("Такого опечатанного дела нет") from None
        except Refused as refusal:
            raise CommandError(refusal.ru) from None
        folder: Path = options["to"]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in pieces:
            path = folder / Path(name).name
            path.touch(mode=0o600)
            path.write_bytes(content)
        self.stdout.write(f"Документов: {len(pieces)}. Просмотр записан в журнал")
