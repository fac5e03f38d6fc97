from __future__ import annotations

from django.apps import AppConfig


class SocialConfig(AppConfig):
    name = "otklik.flow.channels.social"
    label = "social"
    verbose_name = "Соцсети"
