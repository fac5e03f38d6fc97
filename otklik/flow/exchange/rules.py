"""Signatures, pauses, and reading what another system says. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from otklik.flow.cases.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SKEW = timedelta(minutes=5)
"""A signature older than this is not taken: a stolen request is of no use later."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
GIVEN_UP = timedelta(days=7)
CLAIM = timedelta(minutes=5)
"""A try that has not ended by then died: the next one may begin."""
LARGEST = 5 * 1024 * 1024
KINDS = {
    "pdf": ("application/pdf", b"%PDF-"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
    "odt": ("application/vnd.oasis.opendocument.text", b"PK"),
    "rtf": ("application/rtf", b"{\\rtf"),
}
EVENTS = {
    "appeal.registered": "registered", "case.redirected": "redirected",
    "case.answered": "answered", "appeal.left": "left",
}  # fmt: skip
TITLES = {
    "registered": "Зарегистрировано", "redirected": "Переадресовано",
    "answered": "Дан ответ", "left": "Оставлено без ответа",
}  # fmt: skip


@dataclass(frozen=True)
class Document:
    """A file that came with a letter."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Said:
    """What another system says of an appeal."""

    key: str
    appeal: str
    external_number: str = ""
    external_day: date | None = None
    document: Document | None = None


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of «timestamp.body», in hexadecimal."""
    signed_text = timestamp.encode() + b"." + body
    return hmac.new(secret.encode(), signed_text, hashlib.sha256).hexdigest()


def signed(secret: str, timestamp: str, body: bytes, given: str, now: datetime) -> bool:
    """Tell whether a body was signed with the key, and not long ago."""
    fresh = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12  # noqa: PLR2004
    if not fresh or abs(now.timestamp() - int(timestamp)) > SKEW.total_seconds():
        return False
    right = signature(secret, timestamp, body)
    return hmac.compare_digest(right.encode(), given.strip().lower().encode())


def wait(tries: int) -> timedelta:
    """Return how long to wait after so many tries: longer each time, an hour at most."""
    doubled: int = 1 << min(tries, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def read(said: object) -> Said:
    """Return what was said; Refused with the reason for what cannot be understood."""
    if not isinstance(said, dict):
        raise _wrong("body", "Ждём объект JSON", "A JSON object is expected")
    found = Said(
        key=_line(said, "id"), appeal=_line(said, "appeal"),
        external_number=_line(said, "external_number"),
        external_day=_day(_line(said, "external_date")), document=_document(said.get("file")),
    )  # fmt: skip
    if not found.key or not found.appeal:
        raise _wrong("required", "Нужны id и appeal", "id and appeal are required")
    if not found.external_number and found.document is None:
        raise _wrong(
            "nothing", "Нужен external_number или file", "external_number or file is required"
        )
    return found


def _wrong(code: str, ru: str, en: str) -> Refused:
    return Refused(code, ru, en)


def _line(said: Mapping[str, object], name: str) -> str:
    value = said.get(name)
    if value is None:
        return ""
    text = str(value).strip() if isinstance(value, str | int) else ""
    if not text or len(text) > 80 or not text.isprintable():  # noqa: PLR2004
        raise _wrong(name, f"{name}: ждём строку до 80 знаков", f"{name}: up to 80 characters")
    return text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _wrong(
            "external_date", "external_date: пишите 2026-11-26", "external_date: write 2026-11-26"
        ) from None


def _document(told: object) -> Document | None:
    if told is None:
        return None
    if not isinstance(told, dict) or not isinstance(told.get("content"), str):
        raise _wrong("file", "file: нужны name и content", "file: name and content are required")
    try:
        content = base64.b64decode(told["content"], validate=True)
    except (binascii.Error, ValueError):
        raise _wrong(
            "content", "file.content: ждём base64", "file.content: base64 expected"
        ) from None
    return document(_line(told, "name"), content)


def document(name: str, content: bytes) -> Document:
    """Return a file under a harmless name; Refused for a kind that we do not take."""
    name = re.sub(r"[\\/:\x00-\x1f]+", "_", name).strip(". ")
    mime, beginning = KINDS.get(name.rsplit(".", 1)[-1].lower(), ("", b""))
    if not mime or not content.startswith(beginning):
        raise _wrong(
            "kind", f"file: принимаем {', '.join(KINDS)}; имя должно подходить к содержанию",
            f"file: {', '.join(KINDS)} only, the name must fit the content",
        )  # fmt: skip
    if len(content) > LARGEST:
        raise _wrong("large", "file: не больше 5 МБ", "file: 5 MB at most")
    return Document(name, mime, content)
