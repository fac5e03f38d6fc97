from __future__ import annotations

from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "otklik.flow.appeals"
    label = "appeals"
    verbose_name = "Обращения по 59-ФЗ"
