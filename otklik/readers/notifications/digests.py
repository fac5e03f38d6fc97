"""One letter a day to those who asked for it: the news that waited, tried as any other letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.channels.email import outbound as email
from otklik.flow.channels.ways import clockwork
from otklik.readers.notifications import choosing, commands, wording
from otklik.readers.notifications.queries import composed

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.readers.notifications.models import Delivery
    from otklik.readers.notifications.queries import Composed

AT_ONCE = 200
EMAIL = "email"


def send_due(*, now: datetime) -> int:
    """Send the letters whose hour came; return to how many people."""
    due = choosing.digests_due(now, AT_ONCE)
    for person in due:
        send_one(person, now=now)
    return len(due)


def send_one(person_id: int, *, now: datetime) -> None:
    """Gather a person's news of the day into one letter an address."""
    until = clockwork.shut_until(EMAIL, now)
    if until is not None:
        return
    letters: dict[str, list[tuple[Delivery, Composed]]] = {}
    for delivery in commands.claim_of_day(person_id, now=now):
        found = composed(delivery)
        if found is None:
            commands.note(delivery.pk, None, now=now)
        else:
            letters.setdefault(found.address, []).append((delivery, found))
    for address, together in letters.items():
        sent = email.send(wording.digest([found.letter for _, found in together]), address)
        clockwork.note(EMAIL, sent, now)
        for delivery, _ in together:
            commands.note(delivery.pk, sent, now=now)
