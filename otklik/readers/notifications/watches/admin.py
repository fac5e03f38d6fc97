"""Subscriptions, looked at: no addresses, no places."""

from __future__ import annotations

from django.contrib import admin

from otklik.ground.kit.administration import Shown
from otklik.readers.notifications.watches.models import NewsWatch


@admin.register(NewsWatch)
class WatchAdmin(Shown):
    """Subscriptions of people and guests."""

    list_display = ("made_at", "territory", "topic", "confirmed_at", "next_at", "tries")
    list_filter = ("territory",)
    fields = ("made_at", "territory", "topic", "confirmed_at", "next_at", "tries")
