from __future__ import annotations

from django.apps import AppConfig


class BallotsConfig(AppConfig):
    """Votes at three honest levels of secrecy, and what lets anybody recount them."""

    name = "otklik.participation.ballots"
    verbose_name = "голосования"
