"""A scanner of files beside us: clamd, spoken to in its own words (INSTREAM), or none.

One that does not answer is not asked for a while: a storm of photos does not wait for it.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 5.0
PAUSE = 30.0
"""Seconds for which a scanner that did not answer is left alone."""
PIECE = 64 * 1024
_silent_until: dict[str, float] = {}
"""By address, of this process alone: each finds out for itself."""


class Verdict(StrEnum):
    """What is known of a file."""

    CLEAN = "clean"
    FOUND = "found"
    UNKNOWN = "unknown"


def scan(content: bytes) -> Verdict:
    """Ask the scanner about a file; without one every file is clean, without its answer unknown."""
    address = settings.CLAMD
    if not address:
        return Verdict.CLEAN
    if time.monotonic() < _silent_until.get(address, 0):
        return Verdict.UNKNOWN
    try:
        said = _asked(address, b"zINSTREAM\0", _pieces(content))
    except OSError:
        said = b""
    return _verdict(address, said)


def _verdict(address: str, said: bytes) -> Verdict:
    if re.search(rb"\bFOUND\b", said):
        return Verdict.FOUND
    if said.rstrip(b"\0\n").endswith(b"OK"):
        _silent_until.pop(address, None)
        return Verdict.CLEAN
    _silent_until[address] = time.monotonic() + PAUSE
    return Verdict.UNKNOWN


def answers() -> bool | None:
    """Tell whether the scanner is there; None where none is set."""
    if not settings.CLAMD:
        return None
    try:
        return _asked(settings.CLAMD, b"zPING\0", b"", seconds=1.0).startswith(b"PONG")
    except OSError:
        return False


def _pieces(content: bytes) -> bytes:
    parts = [content[at : at + PIECE] for at in range(0, len(content), PIECE)]
    return b"".join(struct.pack("!I", len(part)) + part for part in parts) + struct.pack("!I", 0)


def _asked(address: str, verb: bytes, body: bytes, *, seconds: float = SECONDS) -> bytes:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        asked = socket.create_connection((parts.hostname or "", parts.port or 3310), seconds)
    else:
        asked = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with asked:
        asked.settimeout(seconds)
        if parts.scheme != "tcp":
            asked.connect(parts.path)
        asked.sendall(verb + body)
        return asked.recv(4096)
