"""Widgets, looked at by the region's administrator; they are edited at the desk."""

from __future__ import annotations

from django.contrib import admin

from otklik.flow.channels.widgets.models import Widget
from otklik.ground.kit.administration import Shown


@admin.register(Widget)
class WidgetAdmin(Shown):
    """Whose widgets there are."""

    list_display = ("title", "organisation", "kind", "active", "made_at")
    list_filter = ("kind", "active")
    fields = ("title", "organisation", "kind", "token", "origins", "legacy", "active", "made_at")
    search_fields = ("title", "token")
