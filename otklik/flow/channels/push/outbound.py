"""Notices leave as Web Push: sealed for the device (RFC 8291), signed by VAPID (RFC 8292)."""

from __future__ import annotations

import base64
from email.utils import parseaddr
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.push.commands import remove_device
from otklik.flow.channels.push.rules import GONE, LIVES, origin_of
from otklik.ground.kit import http

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.channels.push.models import Device
    from otklik.flow.channels.push.rules import Notice

HOURS = 12
"""A signature lives so long; more than a day is refused by the standard."""


def public_key(private: str) -> str:
    """Return the public half as browsers want it: the point, in base64url."""
    from py_vapid import Vapid02  # noqa: PLC0415  (only who subscribes or sends pays for it)

    point = Vapid02.from_string(private).public_key.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def send(notice: Notice, device: Device, *, now: datetime) -> Sent:
    """Hand one notice to a device's push service; a device that is no more is forgotten.

    Sealing and signing are the library's; the request is ours, as `kit/http` guards it: whoever
    subscribes names the address, and must not lead us into the inner network.
    """
    from py_vapid import Vapid02  # noqa: PLC0415
    from pywebpush import WebPusher  # noqa: PLC0415

    keys = {"p256dh": device.p256dh, "auth": device.auth}
    sealed = WebPusher({"endpoint": device.endpoint, "keys": keys}).encode(notice.sealed())
    claims = {
        "aud": origin_of(device.endpoint),
        "sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
        "exp": int(now.timestamp()) + HOURS * 3600,
    }  # fmt: skip
    headers = {
        **Vapid02.from_string(settings.VAPID_KEY).sign(claims),
        "Content-Encoding": "aes128gcm", "TTL": str(LIVES), "Urgency": "normal",
    }  # fmt: skip
    try:
        reply = http.post(device.endpoint, headers=headers, content=sealed["body"])
    except http.HTTPError as error:
        shut = not isinstance(error, http.ClosedError)  # an inner address is one subscriber's word
        return Sent(Outcome.RETRY, note=http.told(error), shut=shut)
    if reply.ok:
        return Sent(Outcome.DELIVERED)
    if reply.status in GONE:
        remove_device(device, by="system", now=now)
        return Sent(Outcome.REFUSED, note=f"HTTP {reply.status}")
    return Sent(Outcome.RETRY if reply.later else Outcome.REFUSED, note=f"HTTP {reply.status}")
