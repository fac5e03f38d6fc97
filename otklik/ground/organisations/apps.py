from __future__ import annotations

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "otklik.ground.organisations"
    label = "organisations"
    verbose_name = "Организации"
