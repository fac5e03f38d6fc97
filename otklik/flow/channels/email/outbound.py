"""Letters leave through Django's e-mail backend, whichever the installation names."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage

from otklik.flow.channels.base import Outcome, Sent

if TYPE_CHECKING:
    from collections.abc import Sequence

PERMANENT = 500


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True)
class Letter:
    """What is sent: its subject, words, files, where one declines such, where a reply goes.

    `news` is its middle alone, for a letter that holds many.
    """

    subject: str
    text: str
    files: Sequence[Enclosure] = ()
    decline: str = ""
    reply_to: str = ""
    news: str = ""


def send(letter: Letter, address: str) -> Sent:
    """Send one letter; what the other side does is an outcome, never an exception."""
    headers = {"Auto-Submitted": "auto-generated"}
    if letter.decline:
        headers |= {
            "List-Unsubscribe": f"<{letter.decline}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    reply_to = [letter.reply_to] if letter.reply_to else None
    message = EmailMessage(
        letter.subject, letter.text, None, [address], headers=headers, reply_to=reply_to
    )
    for each in letter.files:
        message.attach(each.name, each.content, each.mime)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        final = bool(codes) and min(codes) >= PERMANENT
        return Sent(Outcome.REFUSED if final else Outcome.RETRY, note=f"SMTP {codes}")
    except (smtplib.SMTPException, OSError) as error:
        # an answer to this letter alone says nothing of the next
        shut = not isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError))
        return Sent(Outcome.RETRY, note=type(error).__name__, shut=shut)
    return Sent(Outcome.DELIVERED)
