from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "otklik.flow.cases"
    label = "cases"
    verbose_name = "Работа"
