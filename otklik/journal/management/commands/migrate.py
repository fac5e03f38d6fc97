"""Django's own migrate, which ends with the rights of the application's role."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate

from otklik.journal.roles import grant_application_role


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        granted = grant_application_role()
        if not granted and options["verbosity"] > 0:
            self.stderr.write(
                "The role otklik_app is missing: an administrator must CREATE ROLE otklik_app"
            )
