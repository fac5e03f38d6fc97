"""Django's own migrate, which ends with the rights of the application's role."""

from __future__ import annotations

import gc
from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate

from otklik.ground.kit import drawing
from otklik.journal.roles import grant_application_role

SELDOM = 100_000


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        # every migration draws all models anew: looking through them for rubbish every 700 objects
        # was a third of a first start
        usual = gc.get_threshold()
        gc.set_threshold(SELDOM, 50, 1000)
        try:
            with drawing.alone():
                super().handle(*args, **options)
        finally:
            gc.set_threshold(*usual)
        granted = grant_application_role()
        if not granted and options["verbosity"] > 0:
            self.stderr.write(
                "The role otklik_app is missing: an administrator must CREATE ROLE otklik_app"
            )
