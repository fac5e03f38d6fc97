from __future__ import annotations

from django.apps import AppConfig


class RefusalsConfig(AppConfig):
    name = "otklik.flow.refusals"
    label = "refusals"
    verbose_name = "Проверка отказов"
