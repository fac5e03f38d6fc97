"""Short-lived signed tokens and secrets that are derived, never stored."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

SPEAKABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Characters that are not taken for one another when read aloud or copied by hand."""
LENGTH = 8
"""Characters of a secret: 39 bits, beyond guessing at any rate a door allows."""


def sign(value: str, salt: str) -> str:
    """Return the value with a signature and the time of signing."""
    return signing.TimestampSigner(salt=salt).sign(value)


def unsign(token: str, salt: str, seconds: int) -> str | None:
    """Return the signed value, or None if the token is forged or older than `seconds`."""
    try:
        return signing.TimestampSigner(salt=salt).unsign(token, max_age=seconds)
    except signing.BadSignature:
        return None


def derive(value: str, salt: str, length: int = LENGTH, key: str | None = None) -> str:
    """Return a secret of `length` speakable characters that only this installation can derive."""
    digest = salted_hmac(f"otklik.{salt}", value, secret=key, algorithm="sha256").digest()
    number = int.from_bytes(digest, "big")
    result = []
    for _ in range(length):
        number, place = divmod(number, len(SPEAKABLE))
        result.append(SPEAKABLE[place])
    return "".join(result)


def derived(value: str, salt: str, secret: str) -> bool:
    """Tell whether a secret is the one derived now or under a former key."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    given = secret.strip().upper().replace("-", "").replace(" ", "")
    return len(given) >= LENGTH and any(
        hmac.compare_digest(derive(value, salt, len(given), key).encode(), given.encode())
        for key in keys
    )
