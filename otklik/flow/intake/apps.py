from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "otklik.flow.intake"
    label = "intake"
    verbose_name = "Приём"
