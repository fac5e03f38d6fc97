"""Document systems, edited; letters both ways, looked at."""

from __future__ import annotations

from django.contrib import admin

from otklik.flow.exchange.models import Arrival, Letter, System
from otklik.ground.kit.administration import Edited, Shown


@admin.register(System)
class SystemAdmin(Edited):
    """Where news of appeals go, and with which key."""

    list_display = ("title", "url", "organisation", "active")
    list_filter = ("active",)
    list_select_related = ("organisation",)
    autocomplete_fields = ("organisation",)


@admin.register(Letter)
class LetterAdmin(Shown):
    """What was sent, how many tries it took and what was answered."""

    list_display = ("created_at", "system", "case", "event", "state", "tries", "note")
    list_filter = ("state", "event", "system")
    list_select_related = ("system", "case")


@admin.register(Arrival)
class ArrivalAdmin(Shown):
    """What came back."""

    list_display = ("at", "system", "case", "external_number", "paper")
    list_filter = ("system",)
    list_select_related = ("system", "case", "paper")
