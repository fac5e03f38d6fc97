from __future__ import annotations

from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    """What was decided after people were heard, and what is promised and done."""

    name = "otklik.participation.outcomes"
    verbose_name = "что сделано по итогам"
