from __future__ import annotations

from django.apps import AppConfig


class AmendsConfig(AppConfig):
    name = "otklik.flow.amends"
    label = "amends"
    verbose_name = "Связаться после низкой оценки"
