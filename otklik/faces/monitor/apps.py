from __future__ import annotations

from django.apps import AppConfig


class MonitorConfig(AppConfig):
    name = "otklik.faces.monitor"
    label = "monitor"
    verbose_name = "Стена"
