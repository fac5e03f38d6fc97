from __future__ import annotations

from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "otklik.ground.territories"
    label = "territories"
    verbose_name = "Территории"
