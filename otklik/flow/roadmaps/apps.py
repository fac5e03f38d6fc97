from __future__ import annotations

from django.apps import AppConfig


class RoadmapsConfig(AppConfig):
    name = "otklik.flow.roadmaps"
    label = "roadmaps"
    verbose_name = "Дорожные карты"
