from __future__ import annotations

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "otklik.ground.limits"
    label = "limits"
    verbose_name = "Пределы"
