"""What a letter is: a reply to ours, a machine's, or somebody's first word. Pure."""

from __future__ import annotations

import email
import email.policy
import hashlib
import html
import re
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 25 * 2**20
"""Bytes of a letter that are read; of a longer one only its head is."""
LONGEST_TEXT = 10_000
FILES = 10
INVITED_ONCE_IN = timedelta(days=1)
MACHINES = ("mailer-daemon@", "postmaster@", "noreply@", "no-reply@", "bounce", "daemon@")
BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_NUMBER = re.compile(r"(?<!\d)(\d{4})[- ]?(\d{4})(?!\d)")
_QUOTED = re.compile(
    r"^\s*(?:>|-{2,}\s*(?:Original|Исходное|Пересылаемое|Forwarded)|_{5,}\s*$"
    r"|(?:От|From|Кому|To|Отправлено|Sent):\s.*@"
    r"|.{0,120}(?:wrote|писал\(а\)|пишет|написал|написала|писал|писала):\s*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Arrived:
    """A letter as it was read."""

    key: str
    sender: str
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    automatic: bool = False
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


def read(content: bytes, *, whole: bool = True) -> Arrived:
    """Read a letter, or its head alone when it was too long to take."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    sender = parseaddr(_head(message, "From"))[1].lower()
    known = _head(message, "Message-ID").strip()
    to = [_head(message, name) for name in ("To", "Cc", "Delivered-To", "X-Original-To")]
    return Arrived(
        key=(known or hashlib.sha256(content).hexdigest())[:120],
        sender=sender,
        to=tuple(address.lower() for _name, address in getaddresses(to) if address),
        subject=_head(message, "Subject"),
        text=_text(message) if whole else "",
        automatic=_automatic(message, sender),
        files=tuple(_files(message)) if whole else (),
    )


def _head(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError):  # heads that break the parser are no heads
        return ""


def _automatic(message: EmailMessage, sender: str) -> bool:
    """Tell whether a machine wrote: RFC 3834, bounces, lists, and those that say so otherwise."""
    said = _head(message, "Auto-Submitted").strip().lower()
    return (
        said not in {"", "no"}
        or _head(message, "Precedence").strip().lower() in BULK
        or _head(message, "Return-Path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or any(name in message for name in ("List-Id", "List-Unsubscribe", "X-Autoreply"))
        or not sender
        or any(sender.startswith(each) for each in MACHINES)
    )


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):
        return ""
    return text if part.get_content_type() == "text/plain" else _plain(text)


def _plain(said: str) -> str:
    """Return the words of a page of HTML, lines kept."""
    said = re.sub(r"(?is)<(style|script|blockquote).*?</\1\s*>", " ", said)
    said = re.sub(r"(?i)<(br|/p|/div|/tr|/li)\b[^>]*>", "\n", said)
    return html.unescape(re.sub(r"<[^>]*>", "", said))


def _files(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for count, part in enumerate(message.iter_attachments()):
        content = part.get_payload(decode=True)
        if count >= FILES:
            return
        if isinstance(content, bytes) and content:
            yield part.get_filename() or "файл", content


def own_words(text: str) -> str:
    """Return what the writer added: a quoted letter beneath, and signatures, are cut."""
    lines: list[str] = []
    for line in text.splitlines():
        if _QUOTED.match(line) or line.rstrip("\r\n") == "-- ":
            break
        lines.append(line.rstrip())
    return "\n".join(lines).strip()[:LONGEST_TEXT]


def signed_address(address: str, number: str, signature: str) -> str:
    """Return the address that a reply about a message comes to."""
    local, _, domain = address.partition("@")
    return f"{local}+{number}.{signature.lower()}@{domain}"


def signed_in(to: tuple[str, ...], address: str) -> tuple[str, str] | None:
    """Return the number and the signature that an address of a letter carries."""
    local, _, domain = address.lower().partition("@")
    for each in to:
        found = re.fullmatch(
            rf"{re.escape(local)}\+(\d{{8}})\.(\w{{8,16}})@{re.escape(domain)}", each
        )
        if found:
            return found[1], found[2]
    return None


def number_in(subject: str) -> str:
    """Return the number that a subject names; nothing for none."""
    found = _NUMBER.search(subject)
    return f"{found[1]}{found[2]}" if found else ""
