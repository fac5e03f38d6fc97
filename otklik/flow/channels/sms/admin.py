"""Text messages, looked at: whether they went, never their words."""

from __future__ import annotations

from django.contrib import admin

from otklik.flow.channels.sms.models import SmsMessage
from otklik.ground.kit.administration import Shown
from otklik.ground.kit.text import mask_phone


@admin.register(SmsMessage)
class SmsMessageAdmin(Shown):
    """What was sent, how many tries it took and what the network said."""

    list_display = ("created_at", "purpose", "subject", "to", "state", "tries", "note")
    list_filter = ("state", "purpose")
    fields = ("created_at", "purpose", "subject", "to", "state", "tries", "next_at", "note")
    search_fields = ("subject",)

    @admin.display(description="кому")
    def to(self, message: SmsMessage) -> str:
        """Show the phone's end."""
        return mask_phone(message.phone)
