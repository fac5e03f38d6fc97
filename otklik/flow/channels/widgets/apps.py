from __future__ import annotations

from django.apps import AppConfig


class WidgetsConfig(AppConfig):
    name = "otklik.flow.channels.widgets"
    label = "widgets"
    verbose_name = "Виджеты"
