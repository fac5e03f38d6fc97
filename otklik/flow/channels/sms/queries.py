"""Reading text messages and what is set for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Min

from otklik.flow.channels.sms.models import SmsMessage
from otklik.flow.channels.sms.rules import SmsRules
from otklik.ground.kit.sealing import phone_print
from otklik.ground.territories.queries import region, set_by
from otklik.ground.topics.queries import directory

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


def sms_rules() -> SmsRules:
    """Return what the administrator set."""
    return set_by("sms", SmsRules)


def text_of(code: str) -> str:
    """Return a message's text from the small list `sms_texts`, with its {marks}."""
    line = directory("sms_texts").get(code)
    return (line.hint_ru or line.title_ru) if line else ""


def messages_about(subject: str) -> QuerySet[SmsMessage]:
    """Return the messages about something, newest first."""
    return SmsMessage.objects.filter(region=region(), subject=subject)


def newest_messages(count: int) -> list[SmsMessage]:
    """Return the newest messages of all."""
    return list(SmsMessage.objects.filter(region=region())[:count])


def text_to(phone: str) -> str:
    """Return the newest text to a phone that a code went to: for the demo, which sends nothing."""
    found = messages_about(f"phone:{phone_print(phone)}").first()
    return found.text if found else ""


def waiting() -> tuple[int, datetime | None]:
    """Return how many messages wait, and since when the oldest does."""
    found = SmsMessage.objects.filter(region=region(), state="queued")
    told = found.aggregate(count=Count("pk"), since=Min("created_at"))
    return told["count"], told["since"]


def due_messages(now: datetime, count: int) -> list[int]:
    """Return the ids of messages that should have been tried by now."""
    waiting = SmsMessage.objects.filter(region=region(), state="queued", next_at__lte=now)
    return list(waiting.order_by("next_at").values_list("pk", flat=True)[:count])
