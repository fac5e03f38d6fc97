from __future__ import annotations

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    """Statements: short words answered by agree, disagree or pass; groups of opinion after."""

    name = "otklik.participation.statements"
    verbose_name = "мнения"
