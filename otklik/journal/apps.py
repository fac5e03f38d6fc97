from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JournalConfig(AppConfig):
    name = "otklik.journal"
    label = "journal"
    verbose_name = "Журнал"

    def ready(self) -> None:
        """Learn every kind of fact, so that any process can read any entry."""
        autodiscover_modules("events")
