from __future__ import annotations

from django.apps import AppConfig


class TopicsConfig(AppConfig):
    name = "otklik.ground.topics"
    label = "topics"
    verbose_name = "Темы и сроки"
