"""Monitoring services, edited."""

from __future__ import annotations

from django.contrib import admin

from otklik.flow.channels.social.models import Feed
from otklik.ground.kit.administration import Edited


@admin.register(Feed)
class FeedAdmin(Edited):
    """Who brings findings, and by which key they sign."""

    list_display = ("title", "active")
    list_filter = ("active",)
