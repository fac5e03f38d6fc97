from __future__ import annotations

from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """Proposals of residents: a petition or a project, checked, corrected, published."""

    name = "otklik.participation.proposals"
    verbose_name = "предложения жителей"
