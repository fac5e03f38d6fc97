from __future__ import annotations

from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "otklik.faces.doors"
    label = "doors"
    verbose_name = "Вход"
