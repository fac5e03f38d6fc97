"""Seals: values unreadable in the database, and prints by which they are found again.

A sealed value is `~KEY~…`: the name of its key, then AES-256-GCM's nonce and ciphertext, bound to
its column so that it opens nowhere else. The ring of keys is `FIELD_KEYS`: the first seals, all
open. A print is an HMAC under a key of its own, `INDEX_KEY`. See decision 0028.
"""

from __future__ import annotations

import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from otklik.ground.kit.text import normalise, stems

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK = "~"
NONCE = 12
PRINT = 12
"""Bytes of a print that are kept: enough never to meet twice by chance."""
PHONE_DIGITS = 10
_SEALED = re.compile(r"~([a-z0-9]{1,12})~([\w-]+)")


class CannotOpenError(ValueError):
    """A sealed value does not open: its key is not in the ring, or it was tampered with."""


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> dict[str, AESGCM]:
    ring = {}
    for each in keys:
        name, _, body = each.partition(":")
        ring[name] = AESGCM(urlsafe_b64decode(body))
    if not ring:
        raise CannotOpenError("FIELD_KEYS is empty: personal data cannot be sealed")
    return ring


def _keys() -> dict[str, AESGCM]:
    return _ring(tuple(settings.FIELD_KEYS))


def current_key() -> str:
    """Return the name of the key that seals now."""
    return next(iter(_keys()))


def seal(value: str, column: str) -> str:
    """Return a value sealed for a column (`table.column`); nothing stays nothing."""
    if not value:
        return value
    name, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE)
    body = nonce + key.encrypt(nonce, value.encode(), column.encode())
    return f"{MARK}{name}{MARK}{urlsafe_b64encode(body).decode().rstrip('=')}"


def unseal(value: str, column: str) -> str:
    """Return what was sealed; a value from before sealing comes back as it is."""
    found = _SEALED.fullmatch(value)
    if found is None:
        return value
    key = _keys().get(found[1])
    if key is None:
        raise CannotOpenError(f"{column}: key {found[1]} is not in FIELD_KEYS")
    body = urlsafe_b64decode(found[2] + "=" * (-len(found[2]) % 4))
    try:
        return key.decrypt(body[:NONCE], body[NONCE:], column.encode()).decode()
    except InvalidTag:
        raise CannotOpenError(f"{column}: the value was changed in the database") from None


def seal_bytes(content: bytes, column: str) -> bytes:
    """Return a file's content sealed, the name of its key before it."""
    name, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE)
    return f"{name}\n".encode() + nonce + key.encrypt(nonce, content, column.encode())


def unseal_bytes(content: bytes, column: str) -> bytes:
    """Return a file's content as it was."""
    name, _, body = content.partition(b"\n")
    key = _keys().get(name.decode())
    if key is None:
        raise CannotOpenError(f"{column}: key {name.decode()} is not in FIELD_KEYS")
    return key.decrypt(body[:NONCE], body[NONCE:], column.encode())


def key_of(value: str) -> str:
    """Return the name of the key that sealed a stored value; nothing for one in clear."""
    found = _SEALED.fullmatch(value)
    return found[1] if found else ""


def _print(kind: str, value: str) -> str:
    secret = settings.INDEX_KEY.encode()
    digest = hmac.digest(secret, f"{kind}:{value}".encode(), "sha256")
    return urlsafe_b64encode(digest[:PRINT]).decode()


def phone_print(phone: str) -> str:
    """Return a phone's print: the same however it is written, nothing for no phone."""
    digits = re.sub(r"\D", "", phone)[-PHONE_DIGITS:]
    return _print("phone", digits) if digits else ""


def email_print(email: str) -> str:
    """Return an e-mail address's print, its case aside; nothing for none."""
    said = email.strip().lower()
    return _print("email", said) if said else ""


def name_print(name: str, born_on: str) -> str:
    """Return the print of one who is known by name and day of birth, however it is written."""
    return _print("name", f"{normalise(name)}:{born_on}")


def peer_print(peer: str) -> str:
    """Return the print of a messenger's number of a person; nothing for none."""
    return _print("peer", peer) if peer else ""


def identity_print(issuer: str, subject: str) -> str:
    """Return the keyed hash of an account in another system: all that is kept of its number.

    Its key is its own: prints of numbers that are kept nowhere could not be made anew.
    """
    secret = settings.IDENTITY_KEY.encode()
    if not secret:
        raise CannotOpenError("IDENTITY_KEY is empty: accounts of other systems cannot be kept")
    digest = hmac.digest(secret, f"{issuer}\n{subject}".encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


def word_prints(text: str) -> list[str]:
    """Return the prints of a text's words, so that it is found by some of them."""
    return _each_once(_print("word", stem) for stem in stems(text))


def _each_once(prints: Iterable[str]) -> list[str]:
    return sorted(set(prints))


PRINTS = {"phone": phone_print, "email": email_print, "peer": peer_print}
