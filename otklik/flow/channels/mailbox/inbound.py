"""The one way in: IMAP, by the standard library, letter after letter."""

from __future__ import annotations

import imaplib
import re
import ssl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from otklik.flow.channels.mailbox.rules import LONGEST, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otklik.flow.channels.mailbox.models import Mailbox
    from otklik.flow.channels.mailbox.rules import Arrived

SECONDS = 20
AT_ONCE = 50
IMAPError = (imaplib.IMAP4.error, OSError)


class Box:
    """An open folder of a mailbox."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self.connection = connection

    def unseen(self) -> list[str]:
        """Return the numbers of letters that nobody has read, the oldest first."""
        _, found = self.connection.uid("SEARCH", "UNSEEN")
        return (found[0] or b"").decode().split()[:AT_ONCE] if found else []

    def letter(self, uid: str) -> Arrived:
        """Return a letter; of one that is too long, its head."""
        whole = self._size(uid) <= LONGEST
        part = "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])"
        _, told = self.connection.uid("FETCH", uid, part)
        content = next((each[1] for each in told if isinstance(each, tuple)), b"")
        return read(content, whole=whole)

    def _size(self, uid: str) -> int:
        _, told = self.connection.uid("FETCH", uid, "(RFC822.SIZE)")
        found = re.search(
            rb"RFC822\.SIZE (\d+)", b" ".join(e for e in told if isinstance(e, bytes))
        )
        return int(found[1]) if found else 0

    def done(self, uid: str) -> None:
        """Mark a letter as read."""
        self.connection.uid("STORE", uid, "+FLAGS", r"(\Seen)")


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[Box]:
    """Open a mailbox; IMAPError for whatever the other side does."""
    if mailbox.tls:
        connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            mailbox.host, mailbox.port, ssl_context=ssl.create_default_context(), timeout=SECONDS
        )
    else:
        connection = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=SECONDS)
    try:
        connection.login(mailbox.login, mailbox.password)
        status, _ = connection.select(f'"{mailbox.folder}"')
        if status != "OK":
            raise imaplib.IMAP4.error(f"no folder {mailbox.folder}")
        yield Box(connection)
    finally:
        with suppress(*IMAPError):
            connection.logout()
