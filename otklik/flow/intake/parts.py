"""Files that come in pieces: a broken upload goes on where it stopped, whoever was killed.

A piece is written only where the file ends, so what has come is always the file's beginning, and of
two who send the same piece one is told where the end is now. Like held files they are seen by
nobody: the token sends the file with a form, and a day later it is gone.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from otklik.flow.intake.files import too_large, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from otklik.flow.intake.files import Upload
    from otklik.flow.intake.rules import Limits

FOLDER = "parts"
SECONDS = 86_400
SPARE = 2**30
"""Bytes of the disk that stay free: a file is not begun beyond them."""
TOKEN = re.compile(r"[\w-]{32}")
NAME = 120


class NoRoom(OSError):  # noqa: N818  (told to the sender: try later)
    """The disk is nearly full: no new file is begun."""


class Elsewhere(ValueError):  # noqa: N818  (told to the sender, who goes on from there)
    """The piece does not begin where the file ends; `offset` is where it does."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


@dataclass(frozen=True)
class Part:
    """A file on its way: how long it will be and how much of it is here."""

    token: str
    name: str
    size: int
    offset: int

    @property
    def whole(self) -> bool:
        """Whether all of it is here."""
        return self.offset == self.size


def largest(limits: Limits) -> int:
    """Return how many bytes a file may have at most."""
    return max(limits.file_mb, limits.video_mb) * 2**20


def begin(name: str, size: int, limits: Limits) -> Part:
    """Make room for a file. Refused for one that would not be taken, NoRoom on a full disk."""
    if size > largest(limits):
        raise too_large(name, size, limits.file_mb)
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(root).free < SPARE + size:
        raise NoRoom
    token = secrets.token_urlsafe(24)
    about = {"name": Path(name.replace("\\", "/")).name[-NAME:] or "файл", "size": size}
    write(Path(FOLDER) / f"{token}.json", json.dumps(about).encode())
    _content(token).touch()
    return Part(token, str(about["name"]), size, 0)


def part(token: str) -> Part | None:
    """Return what is known of a file on its way; None for one that never was or is gone."""
    if not TOKEN.fullmatch(token):
        return None
    try:
        about = json.loads((_folder() / f"{token}.json").read_bytes())
        return Part(token, about["name"], about["size"], _content(token).stat().st_size)
    except FileNotFoundError:
        return None


def append(known: Part, offset: int, pieces: Iterable[bytes]) -> int:
    """Write what comes at the end of a file, as it comes, and return where the end is now.

    Raises Elsewhere for a piece from another place, or longer than the file. A connection that
    breaks leaves what has come: the next one goes on from there.
    """
    with _content(known.token).open("r+b") as stream:
        _seek(stream, offset)
        for piece in pieces:
            if offset + len(piece) > known.size:
                raise Elsewhere(offset)
            _add(stream, offset, piece)
            offset += len(piece)
        os.fsync(stream.fileno())
    return offset


def _seek(stream: BinaryIO, offset: int) -> None:
    end = stream.seek(0, os.SEEK_END)
    if end != offset:
        raise Elsewhere(end)


def _add(stream: BinaryIO, offset: int, piece: bytes) -> None:
    """Write one piece, unless another connection has written there meanwhile."""
    fcntl.flock(stream, fcntl.LOCK_EX)
    try:
        _seek(stream, offset)
        stream.write(piece)
        stream.flush()
    finally:
        fcntl.flock(stream, fcntl.LOCK_UN)


def taken_up(tokens: Sequence[str], limits: Limits) -> tuple[list[Upload], list[str]]:
    """Return the files that tokens stand for, and the tokens of those that are not here whole."""
    found: list[Upload] = []
    missing = []
    for token in tokens[: limits.files + 1]:  # one too many is told as any other
        known = part(token)
        if known is None or not known.whole:
            missing.append(token)
        else:
            found.append(SimpleUploadedFile(known.name, _content(token).read_bytes()))
    return found, missing


def end(token: str) -> None:
    """Remove a file that its sender no longer wants to send."""
    if TOKEN.fullmatch(token):
        for path in (_content(token), _folder() / f"{token}.json"):
            path.unlink(missing_ok=True)


def forget(now: datetime) -> int:
    """Remove what nothing was added to for a day; return how many files."""
    gone = 0
    for path in _folder().glob("*.bin"):
        with suppress(FileNotFoundError):
            if now.timestamp() - path.stat().st_mtime > SECONDS:
                end(path.stem)
                gone += 1
    return gone


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER


def _content(token: str) -> Path:
    return _folder() / f"{token}.bin"
