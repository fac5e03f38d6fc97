"""Two ways to a document system: a signed request, or a file in the folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.exchange.queries import folder
from otklik.flow.exchange.rules import signature
from otklik.ground.kit import http

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.exchange.models import System

SECONDS = 20


def send(system: System, said: dict[str, Any], now: datetime) -> Sent:
    """Pass a letter on; what the network does is an outcome, never an exception."""
    body = json.dumps(said, ensure_ascii=False).encode()
    return _post(system, said["id"], body, now) if system.url else _lay(said["id"], body)


def _post(system: System, uid: str, body: bytes, now: datetime) -> Sent:
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json", "X-Otklik-Id": uid, "X-Otklik-Timestamp": stamp,
        "X-Otklik-Signature": signature(system.secret, stamp, body),
    }  # fmt: skip
    try:
        reply = http.post(system.url, content=body, headers=headers, seconds=SECONDS)
    except http.HTTPError as error:
        return Sent(Outcome.RETRY, note=http.told(error))
    if reply.ok:
        return Sent(Outcome.DELIVERED, note=f"HTTP {reply.status}")
    return Sent(Outcome.RETRY if reply.later else Outcome.REFUSED, note=f"HTTP {reply.status}")


def _lay(uid: str, body: bytes) -> Sent:
    out = folder() / "out"
    part = out / f"{uid}.part"
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_bytes(body)
        part.replace(out / f"{uid}.json")
    except OSError as error:
        return Sent(Outcome.RETRY, note=f"папка: {error.strerror}")
    return Sent(Outcome.DELIVERED, note="папка exchange/out")
