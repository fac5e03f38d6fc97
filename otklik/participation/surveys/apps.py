from __future__ import annotations

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """Surveys: questions on pages, one answer a person, results after the end."""

    name = "otklik.participation.surveys"
    verbose_name = "опросы"
