"""When a way that is shut is tried again, so that a thousand letters do not each wait for it.

No verb: nothing of a case changes, and readers use it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from otklik.flow.channels.base import Outcome
from otklik.flow.channels.chats.rules import wait
from otklik.flow.channels.ways.models import Way
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.channels.base import Sent


def shut_until(code: str, now: datetime) -> datetime | None:
    """Return until when a way is not tried; None for one that may be."""
    found = Way.objects.filter(region=region(), code=code, next_at__gt=now)
    return found.values_list("next_at", flat=True).first()


def note(code: str, sent: Sent, now: datetime) -> None:
    """Let a way be known as shut after a failure of its own, as open after any answer."""
    found = Way.objects.filter(region=region(), code=code)
    if not (sent.outcome == Outcome.RETRY and sent.shut):
        found.exclude(failing_since=None).update(
            tries=0, failing_since=None, next_at=None, note="", changed_at=now
        )
        return
    with transaction.atomic():
        Way.objects.get_or_create(region=region(), code=code, defaults={"changed_at": now})
        way = found.select_for_update(no_key=True).get()
        way.tries, way.failing_since = way.tries + 1, way.failing_since or now
        way.next_at, way.note, way.changed_at = now + wait(way.tries), sent.note[:300], now
        way.save()
