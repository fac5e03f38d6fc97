from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "otklik.flow.exchange"
    label = "exchange"
    verbose_name = "Обмен с системами документооборота"
