from __future__ import annotations

from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "otklik.flow.control"
    label = "control"
    verbose_name = "Контроль сроков"
