"""Templates, wording and limits, edited by an administrator."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from otklik.flow.answers import rules
from otklik.flow.answers.models import AnswerTemplate, Limit, Phrase
from otklik.ground.kit.administration import Edited


class TemplateForm(forms.ModelForm):
    """A template of answers."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse braces that no fact fills."""
        said = super().clean() or {}
        strange = rules.unknown_blanks(" ".join(str(said.get(name) or "") for name in rules.PARTS))
        if strange:
            self.add_error("done", _("Таких пропусков нет: %s") % ", ".join(strange))
        return said


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(Edited):
    """Model answers, with how often each was sent."""

    form = TemplateForm
    list_display = ("title", "topic", "organisation", "result", "uses", "active")
    list_filter = ("active", "result")
    list_select_related = ("topic", "organisation")
    search_fields = ("title", "code", "done")
    autocomplete_fields = ("topic", "organisation")
    ordering = ("-uses", "title")


@admin.register(Phrase)
class PhraseAdmin(Edited):
    """Officialese and how people say it."""

    list_display = ("phrase", "plain", "active")
    list_filter = ("active",)
    search_fields = ("phrase", "plain")


@admin.register(Limit)
class LimitAdmin(Edited):
    """The numbers from which on something is doubted."""

    list_display = ("title", "code", "value")
    search_fields = ("code", "title")
