from __future__ import annotations

from django.apps import AppConfig


class RegimesConfig(AppConfig):
    name = "otklik.flow.regimes"
    label = "regimes"
    verbose_name = "Порядки рассмотрения"
