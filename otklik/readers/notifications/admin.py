"""What went to whom, looked at: no addresses, no words."""

from __future__ import annotations

from django.contrib import admin

from otklik.ground.kit.administration import Shown
from otklik.readers.notifications.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(Shown):
    """Letters and text messages about the course of cases."""

    list_display = ("created_at", "kind", "subject", "channel", "state", "tries", "note")
    list_filter = ("state", "channel", "kind")
    search_fields = ("subject",)
    fields = (
        "created_at", "kind", "subject", "whom", "channel", "state", "tries", "next_at", "note",
        "changed_at",
    )  # fmt: skip
