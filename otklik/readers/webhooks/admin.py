"""Subscriptions and their messages, looked at; they are edited at the desk."""

from __future__ import annotations

from django.contrib import admin

from otklik.ground.kit.administration import Shown
from otklik.readers.webhooks.models import Message, Subscription


@admin.register(Subscription)
class SubscriptionAdmin(Shown):
    """Where public changes go."""

    list_display = ("title", "organisation", "active", "tries", "failing_since")
    list_filter = ("active",)
    list_select_related = ("organisation",)
    exclude = ("secret",)


@admin.register(Message)
class MessageAdmin(Shown):
    """What went where, how many tries it took."""

    list_display = ("at", "subscription", "kind", "number", "state", "tries", "note")
    list_filter = ("state", "kind")
    list_select_related = ("subscription",)
    search_fields = ("number",)
