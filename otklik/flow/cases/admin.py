"""Cases as an administrator sees them: where each stands, never whose it is or what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from otklik.flow.cases.models import Case, ClockEvent
from otklik.ground.kit.administration import Shown

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(Case)
class CaseAdmin(Shown):
    """The work on messages."""

    fields = ("number", "regime", "status", "result", "topic", "territory", "organisation",
              "policy", "received_at", "registered_at", "stage", "stage_due", "due", "hops",
              "extensions", "reopenings", "answered_at", "closed_at")  # fmt: skip
    list_display = ("number", "status", "topic", "territory", "organisation", "due")
    list_filter = ("status", "territory")
    list_select_related = ("topic", "territory", "organisation")
    search_fields = ("number",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out the closed contour: it exists for its members alone."""
        return super().get_queryset(request).filter(closed_contour=False)


@admin.register(ClockEvent)
class ClockEventAdmin(Shown):
    """Every change of every due time."""

    list_display = ("at", "case", "kind", "stage", "due_before", "due_after", "reason", "by")
    list_filter = ("kind", "stage")
    search_fields = ("case__number",)
    list_select_related = ("case",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out the closed contour."""
        found = super().get_queryset(request)
        return found.filter(case__closed_contour=False)
