from __future__ import annotations

from django.apps import AppConfig


class HeatmapConfig(AppConfig):
    name = "otklik.readers.heatmap"
    label = "heatmap"
    verbose_name = "Карта остроты"
