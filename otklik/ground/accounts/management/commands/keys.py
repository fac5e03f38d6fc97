"""`otklik keys status | new | rotate | reindex | drop`: the keys that seal personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from otklik.ground.kit import keyring, keys
from otklik.ground.kit.sealing import current_key

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Shows, makes, changes and drops keys of sealed columns."""

    help = "Ключи, которыми зашифрованы личные данные."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", help="сколько значений каким ключом зашифровано")
        new = actions.add_parser("new", help="новый ключ; со следующего запуска шифрует он")
        new.add_argument("--print", action="store_true", help="показать, а не записать в файл")
        rotate = actions.add_parser("rotate", help="зашифровать всё нынешним ключом")
        rotate.add_argument("--batch", type=int, default=keys.BATCH)
        reindex = actions.add_parser("reindex", help="посчитать отпечатки заново: новый INDEX_KEY")
        reindex.add_argument("--batch", type=int, default=keys.BATCH)
        actions.add_parser("drop", help="убрать из файла ключи, которыми уже ничего не закрыто")

    def handle(self, **options: Any) -> None:
        """Do it."""
        getattr(self, f"_{options['action']}")(options)

    def _status(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"нынешний ключ: {current_key()}")
        for each in keys.counts():
            self.stdout.write(f"{each.column}\t{each.key or 'открыто'}\t{each.count}")

    def _new(self, options: dict[str, Any]) -> None:
        made = keyring.new_key()
        if options["print"]:
            self.stdout.write(made)
            return
        known = keyring.field_keys(settings.DATA)
        if known != settings.FIELD_KEYS:
            raise CommandError("Ключи заданы в FIELD_KEYS: `keys new --print`, впишите его первым")
        keyring.write_ring(settings.DATA, [made, *known])
        self.stdout.write("Ключ записан. Перезапустите все процессы, затем: otklik keys rotate")

    def _rotate(self, options: dict[str, Any]) -> None:
        for model in keys.tables():
            done = 0
            for count in keys.reseal(model, batch=options["batch"]):
                done += count
                self.stdout.write(f"{model._meta.db_table}: {done}")  # noqa: SLF001
        self.stdout.write(f"Всё зашифровано ключом {current_key()}")

    def _reindex(self, options: dict[str, Any]) -> None:
        for model in keys.tables():
            done = sum(keys.reprint(model, batch=options["batch"]))
            self.stdout.write(f"{model._meta.db_table}: {done}")  # noqa: SLF001

    def _drop(self, _options: dict[str, Any]) -> None:
        used = {each.key for each in keys.counts()} | {current_key()}
        ring = keyring.field_keys(settings.DATA)
        if ring != settings.FIELD_KEYS:
            raise CommandError("Ключи заданы в FIELD_KEYS: уберите лишние там")
        kept = [each for each in ring if each.partition(":")[0] in used]
        keyring.write_ring(settings.DATA, kept)
        self.stdout.write(f"Убрано ключей: {len(ring) - len(kept)}")
