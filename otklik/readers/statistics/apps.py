from __future__ import annotations

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "otklik.readers.statistics"
    label = "statistics"
    verbose_name = "Статистика"
