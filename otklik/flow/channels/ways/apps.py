from __future__ import annotations

from django.apps import AppConfig


class WaysConfig(AppConfig):
    name = "otklik.flow.channels.ways"
    label = "ways"
    verbose_name = "Пути наружу"
