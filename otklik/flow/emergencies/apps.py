from __future__ import annotations

from django.apps import AppConfig


class EmergenciesConfig(AppConfig):
    name = "otklik.flow.emergencies"
    label = "emergencies"
    verbose_name = "Режимы ЧС"
