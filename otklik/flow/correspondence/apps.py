from __future__ import annotations

from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "otklik.flow.correspondence"
    label = "correspondence"
    verbose_name = "Переписка по обращению"
