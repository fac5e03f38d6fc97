from __future__ import annotations

from django.apps import AppConfig


class FacesConfig(AppConfig):
    name = "otklik.faces"
    label = "faces"
    verbose_name = "Лица"
