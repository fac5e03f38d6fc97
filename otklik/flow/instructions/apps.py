from __future__ import annotations

from django.apps import AppConfig


class InstructionsConfig(AppConfig):
    name = "otklik.flow.instructions"
    label = "instructions"
    verbose_name = "Поручения"
