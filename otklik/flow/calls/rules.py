"""What a telephone system said, how a call goes on, what a caller's words warn of. Pure."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

FIELDS = {"event": "event", "phone": "phone", "extension": "extension", "call": "call_id"}
EVENTS = {"ringing": ["ringing"], "talking": ["answered"], "ended": ["ended"]}
LONGEST = 80
FRESH = timedelta(hours=1)
"""A call older than this is not offered to the operator any more."""
MISSED_WAIT = timedelta(minutes=30)
AGAIN = timedelta(hours=1)
TRIES = 5


class Refused(ValueError):  # noqa: N818  (a refusal is not an error of ours)
    """It is not allowed so; the reason is for the person who asked."""

    def __init__(self, code: str, ru: str, en: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.ru, self.en, self.field = code, ru, en, field


@dataclass(frozen=True)
class Event:
    """One thing that a telephone system tells: a call of its own number rings, is taken, ends."""

    kind: str
    call: str
    phone: str
    extension: str


def signed(body: bytes, secret: str, signature: str) -> bool:
    """Tell whether a body carries the signature of its sender."""
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    given = signature.strip().lower().removeprefix("sha256=")
    return hmac.compare_digest(right.encode(), given.encode())


def read(
    said: Mapping[str, object],
    fields: Mapping[str, str] | None = None,
    events: Mapping[str, Sequence[str]] | None = None,
) -> Event | None:
    """Return what was said in the words of one telephone system; None for what does not matter."""
    names = {**FIELDS, **(fields or {})}
    found = {key: _text(said, path) for key, path in names.items()}
    known = {**EVENTS, **(events or {})}
    kind = next((kind for kind, words in known.items() if found["event"] in words), "")
    if not kind or not found["call"]:
        return None
    return Event(kind, found["call"], found["phone"], found["extension"])


def _text(said: Mapping[str, object], path: str) -> str:
    value: object = said
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return str(value).strip()[:LONGEST] if isinstance(value, str | int) else ""


def next_state(before: str, kind: str, *, answered: bool) -> str:
    """Return a call's state after an event; an event told again or too late changes nothing."""
    if before in {"ended", "missed"}:
        return before
    if kind == "ended":
        return "ended" if answered or before == "talking" else "missed"
    return "talking" if kind == "talking" or before == "talking" else "ringing"


def aloud(number: str) -> str:
    """Return a number in pairs, as it is read aloud: 48 21 — 30 97."""
    pairs = [number[place : place + 2] for place in range(0, len(number), 2)]
    half = len(pairs) // 2
    return f"{' '.join(pairs[:half])} — {' '.join(pairs[half:])}"


def next_try(tries: int, now: datetime) -> datetime | None:
    """Return when to call again after so many tries in vain; None when it is enough."""
    return now + AGAIN if tries < TRIES else None


def check_callback(phone: str | None, reason: str, due_at: datetime | None, now: datetime) -> None:
    """Refuse a callback that nobody could make."""
    if phone is None:
        raise Refused("no_phone", "Чтобы перезвонить, нужен телефон", "A phone is needed", "phone")
    if not reason.strip():
        raise Refused("no_reason", "Напишите, зачем перезвонить", "Say why to call back", "why")
    if due_at is None or due_at < now - timedelta(minutes=1):
        raise Refused("past", "Время звонка должно быть впереди", "It must lie ahead", "when")
