from __future__ import annotations

from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "otklik.flow.calls"
    label = "calls"
    verbose_name = "Звонки"
