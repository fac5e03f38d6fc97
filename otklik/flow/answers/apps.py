from __future__ import annotations

from django.apps import AppConfig


class AnswersConfig(AppConfig):
    name = "otklik.flow.answers"
    label = "answers"
    verbose_name = "Ответы и снимки"

    def ready(self) -> None:
        """Let the region's files of templates and wording load with the rest."""
        from otklik.flow.answers import loading as own  # noqa: PLC0415  (models must be ready)
        from otklik.ground.accounts import loading  # noqa: PLC0415

        loading.also(own)
