from __future__ import annotations

from django.apps import AppConfig


class WidgetsFaceConfig(AppConfig):
    name = "otklik.faces.widgets"
    label = "widgets_face"
    verbose_name = "Виджеты на сайтах"
