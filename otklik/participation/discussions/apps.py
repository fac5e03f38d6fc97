from __future__ import annotations

from django.apps import AppConfig


class DiscussionsConfig(AppConfig):
    """Discussions: words at places of a document, moderated in the open, with appeals."""

    name = "otklik.participation.discussions"
    verbose_name = "обсуждения"
