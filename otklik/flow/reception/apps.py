from __future__ import annotations

from django.apps import AppConfig


class ReceptionConfig(AppConfig):
    name = "otklik.flow.reception"
    label = "reception"
    verbose_name = "Приёмная"
