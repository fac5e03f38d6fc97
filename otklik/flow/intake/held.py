"""Files of a form that was not accepted yet: kept for a day, so that nobody chooses them twice.

A page without JavaScript cannot put a chosen file back into its form. What may be kept is put aside
under its content, and the form carries a signed token in its place. Nobody can see such a file: a
token only sends it with the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from otklik.flow.intake.files import EXTENSIONS, examine, write
from otklik.flow.intake.rules import Limits, Refused
from otklik.ground.kit import signing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from otklik.flow.intake.files import Upload

FOLDER = "held"
SALT = "held-file"
SECONDS = 86_400


@dataclass(frozen=True)
class Held:
    """A file put aside: what the form carries, and what a person reads."""

    token: str
    name: str


def hold(uploads: Iterable[Upload], limits: Limits) -> list[Held]:
    """Put aside the files that may be kept; the others were named as mistakes."""
    held = []
    for upload in list(uploads)[: limits.files]:
        try:
            file = examine(upload, limits)
        except Refused:
            continue
        stored = f"{file.sha256}.{EXTENSIONS[file.mime]}"
        write(Path(FOLDER) / stored, file.content)
        (_folder() / stored).touch()  # its day begins anew
        held.append(Held(signing.sign(f"{stored}/{file.name}", SALT), file.name))
    return held


def taken_up(tokens: Sequence[str], limits: Limits) -> list[Upload]:
    """Return the files that a form's tokens stand for; forged and forgotten ones are left out."""
    found: list[Upload] = []
    for token in tokens[: limits.files]:
        stored, _, name = (signing.unsign(token, SALT, SECONDS) or "").partition("/")
        if stored and (path := _folder() / stored).is_file():
            found.append(SimpleUploadedFile(name, path.read_bytes()))
    return found


def forget(now: datetime) -> int:
    """Remove what was put aside more than a day ago; return how many."""
    old = [path for path in _folder().glob("*") if now.timestamp() - path.stat().st_mtime > SECONDS]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER
