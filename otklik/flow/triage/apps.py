from __future__ import annotations

from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "otklik.flow.triage"
    label = "triage"
    verbose_name = "Разбор"
