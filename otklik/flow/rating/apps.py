from __future__ import annotations

from django.apps import AppConfig


class RatingConfig(AppConfig):
    name = "otklik.flow.rating"
    label = "rating"
    verbose_name = "Оценки"
