from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "otklik.faces.site"
    label = "site"
    verbose_name = "Сайт"
