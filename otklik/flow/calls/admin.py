"""Telephone systems and inner numbers, edited; calls, looked at."""

from __future__ import annotations

from django.contrib import admin

from otklik.flow.calls.models import Call, Extension, Line
from otklik.ground.kit.administration import Edited, Shown
from otklik.ground.kit.text import mask_phone


@admin.register(Line)
class LineAdmin(Edited):
    """Where a telephone system sends its events, and in which words."""

    list_display = ("title", "dialect", "active")
    list_filter = ("active",)


@admin.register(Extension)
class ExtensionAdmin(Edited):
    """Who sits where."""

    list_display = ("number", "official")
    list_select_related = ("official__person",)
    search_fields = ("number", "official__person__last_name")
    autocomplete_fields = ("official",)


@admin.register(Call)
class CallAdmin(Shown):
    """The log of calls; a phone is shown by its end."""

    list_display = ("started_at", "from_phone", "extension", "official", "state", "recorded")
    list_filter = ("state", "recorded", "line")
    list_select_related = ("official__person",)
    fields = ("started_at", "answered_at", "ended_at", "from_phone", "extension", "official",
              "state", "recorded", "line")  # fmt: skip
    date_hierarchy = "started_at"

    @admin.display(description="кто звонил")
    def from_phone(self, call: Call) -> str:
        """Show the phone's end."""
        return mask_phone(call.phone)
