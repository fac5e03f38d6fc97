from __future__ import annotations

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "otklik.readers.live"
    label = "live"
    verbose_name = "Живой поток"
