"""What went to whom, looked at: no addresses, no words; what a text of a letter may hold."""

from __future__ import annotations

from django.contrib import admin

from otklik.ground.kit.administration import Shown
from otklik.ground.topics.admin import TEXT_CHECKS
from otklik.readers.notifications import marks
from otklik.readers.notifications.models import Delivery

TEXT_CHECKS.update(dict.fromkeys((marks.LETTERS, marks.TEXTS), marks.problem))


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
