from __future__ import annotations

from django.apps import AppConfig


class Open311Config(AppConfig):
    name = "otklik.faces.open311"
    label = "open311"
    verbose_name = "Open311"
