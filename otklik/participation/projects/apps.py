from __future__ import annotations

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """What the region asks its people about, by phases, each with its own audience."""

    name = "otklik.participation.projects"
    verbose_name = "проекты"
