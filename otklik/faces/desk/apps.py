from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "otklik.faces.desk"
    label = "desk"
    verbose_name = "Рабочее место"
