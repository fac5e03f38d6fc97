from __future__ import annotations

from django.apps import AppConfig


class DivisionConfig(AppConfig):
    name = "otklik.flow.division"
    label = "division"
    verbose_name = "Разделение сообщений"
