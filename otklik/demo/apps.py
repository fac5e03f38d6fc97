from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "otklik.demo"
    label = "demo"
    verbose_name = "Показ"
