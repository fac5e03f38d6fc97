from __future__ import annotations

from django.apps import AppConfig


class ArbitrationConfig(AppConfig):
    name = "otklik.flow.arbitration"
    label = "arbitration"
    verbose_name = "Правила из решений арбитража"
