"""Who receives and when, edited; requests, looked at without names."""

from __future__ import annotations

from django.contrib import admin

from otklik.flow.reception.models import Booking, Receiver, Slot
from otklik.ground.kit.administration import Edited, Shown


class SlotInline(admin.TabularInline):
    """The times of one who receives."""

    model = Slot
    exclude = ("region",)
    extra = 3


@admin.register(Receiver)
class ReceiverAdmin(Edited):
    """Who receives, on what, where."""

    list_display = ("name", "position", "place", "order", "active")
    list_filter = ("active",)
    inlines = (SlotInline,)


@admin.register(Booking)
class BookingAdmin(Shown):
    """Requests: to whom, when, what became of them."""

    list_display = ("asked_at", "receiver", "state", "due", "slot", "answered_at")
    list_filter = ("state", "receiver")
    list_select_related = ("receiver", "slot__receiver")
    fields = ("asked_at", "receiver", "state", "due", "slot", "answered_at", "reminded_at")
