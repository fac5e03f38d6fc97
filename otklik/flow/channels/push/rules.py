"""What a browser tells of itself when it subscribes, and what a notice may hold. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST = 10
"""Devices of one person: the oldest goes when one more comes."""
LONGEST = 1000
POINT, SECRET = 65, 16
DAYS = 3
LIVES = DAYS * 86_400
"""Seconds for which a push service keeps a notice for a phone that is off."""
GONE = frozenset({404, 410})
"""Answers of a push service that say: there is no such device any more."""


@dataclass(frozen=True)
class Subscription:
    """Where a browser takes notices, and with what they are sealed for it."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Notice:
    """What travels: a number and a state in a few words, never anything of the message."""

    title: str
    body: str
    page: str
    tag: str
    unread: int

    def sealed(self) -> bytes:
        """Return what is encrypted for the device."""
        return json.dumps(self.__dict__, ensure_ascii=False).encode()


def subscription(told: object) -> Subscription | None:
    """Read what a browser told; None if it is no subscription."""
    if not isinstance(told, dict) or not isinstance(told.get("keys"), dict):
        return None
    keys = told["keys"]
    found = [told.get("endpoint"), keys.get("p256dh"), keys.get("auth")]
    texts = [each for each in found if isinstance(each, str) and len(each) <= LONGEST]
    if len(texts) < len(found):
        return None
    endpoint, point, secret = texts
    address = urlsplit(endpoint)
    if address.scheme not in {"https", "http"} or not address.netloc:
        return None
    if len(_bytes(point)) != POINT or len(_bytes(secret)) != SECRET:
        return None
    return Subscription(endpoint, point, secret)


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def print_of(endpoint: str) -> str:
    """Return by what a device is known again; its address is a secret by itself."""
    return hashlib.sha256(endpoint.encode()).hexdigest()[:32]


def origin_of(endpoint: str) -> str:
    """Return whom a device's own push service is: it is told to whom a request is meant."""
    address = urlsplit(endpoint)
    return f"{address.scheme}://{address.netloc}"


WAY, LONGEST_WAY = "push:", 40


def way_of(endpoint: str) -> str:
    """Return behind what its notices wait while its service does not answer."""
    return f"{WAY}{urlsplit(endpoint).hostname}"[:LONGEST_WAY]


BROWSERS = (("YaBrowser", "Яндекс Браузер"), ("SamsungBrowser", "Samsung Internet"),
            ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
            ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


def device_name(agent: str) -> str:
    """Return what a person calls the device that a browser's name tells of: «Chrome, Android»."""
    named = (next((name for mark, name in of if mark in agent), "") for of in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, named))
