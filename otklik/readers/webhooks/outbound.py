"""One way out: a request signed as Standard Webhooks says, through the guarded client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from standardwebhooks import Webhook

from otklik.ground.kit import http
from otklik.readers.webhooks.queries import body_of
from otklik.readers.webhooks.rules import GONE

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.readers.webhooks.models import Message

SECONDS = 10.0


@dataclass(frozen=True)
class Outcome:
    """What came of a try."""

    ok: bool
    note: str
    gone: bool = False


def send(message: Message, now: datetime) -> Outcome:
    """Send once; what the network does is an outcome, never an exception."""
    body, moment = body_of(message), now.astimezone(UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.uid,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(message.subscription.secret).sign(message.uid, moment, body),
    }
    try:
        reply = http.post(
            message.subscription.url, content=body.encode(), headers=headers, seconds=SECONDS
        )
    except http.HTTPError as error:
        return Outcome(ok=False, note=http.told(error))
    return Outcome(ok=reply.ok, note=f"HTTP {reply.status}", gone=reply.status == GONE)
