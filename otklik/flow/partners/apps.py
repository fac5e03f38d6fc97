from __future__ import annotations

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "otklik.flow.partners"
    label = "partners"
    verbose_name = "Другие системы"
