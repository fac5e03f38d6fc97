from __future__ import annotations

from django.apps import AppConfig


class PetitionsConfig(AppConfig):
    """Petitions: signatures up to a threshold, from which on the body owes an answer."""

    name = "otklik.participation.petitions"
    verbose_name = "петиции"
