from __future__ import annotations

from django.apps import AppConfig


class OpendataConfig(AppConfig):
    name = "otklik.readers.opendata"
    label = "opendata"
    verbose_name = "Открытые данные"
