"""The watched folder: letters as files, moved to `done` or to `failed` with the reason beside."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from otklik.flow.cases.rules import Refused
from otklik.flow.exchange import commands, rules
from otklik.flow.exchange.queries import folder

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

LONGEST = 8 * 1024 * 1024


def take_all(count: int, *, now: datetime) -> int:
    """Take the letters that lie in `in`, by name; return how many were taken."""
    root = folder()
    for each in ("in", "done", "failed", "out"):
        (root / each).mkdir(parents=True, exist_ok=True, mode=0o700)
    waiting = sorted((root / "in").glob("*.json"))[:count]
    return sum(_take(path, now) for path in waiting)


def _take(path: Path, now: datetime) -> bool:
    beside: Path | None = None
    try:
        said, beside = _read(path)
        commands.take(rules.read(said), system=None, now=now)
    except FileNotFoundError:
        return False  # another worker took it, or its file is not there yet
    except Refused as refusal:
        _move(path, beside, "failed", now, reason=refusal.ru)
        return False
    _move(path, beside, "done", now)
    return True


def _read(path: Path) -> tuple[dict[str, Any], Path | None]:
    """Return a letter and the file that it names beside itself.

    Without an `id` the letter's own bytes are its name: the same file again changes nothing.
    """
    if path.is_symlink() or path.stat().st_size > LONGEST:
        raise Refused("file", "Ждём обычный файл не больше 8 МБ", "A plain file of 8 MB at most")
    content = path.read_bytes()
    try:
        said = json.loads(content)
    except ValueError:
        raise Refused("json", "Это не JSON в UTF-8", "It is no JSON in UTF-8") from None
    if not isinstance(said, dict):
        raise Refused("body", "Ждём объект JSON", "A JSON object is expected")
    said.setdefault("id", hashlib.sha256(content).hexdigest())
    told = said.get("file")
    if not isinstance(told, str):
        return said, None
    beside = path.parent / told
    if not _plain(told) or beside.is_symlink():
        raise Refused("name", "file: имя файла из той же папки", "file: a name in the same folder")
    if not beside.exists():
        raise Refused("no_file", f"Рядом нет файла {told}", f"There is no {told} beside")
    if beside.stat().st_size > rules.LARGEST:
        raise Refused("large", "file: не больше 5 МБ", "file: 5 MB at most")
    body = b64encode(beside.read_bytes()).decode()
    return {**said, "file": {"name": told, "content": body}}, beside


def _plain(name: str) -> bool:
    return bool(name) and not name.startswith(".") and not set(name) & set("/\\\0")


def _move(path: Path, beside: Path | None, where: str, now: datetime, *, reason: str = "") -> None:
    target = folder() / where
    name = f"{now:%Y%m%d-%H%M%S}-{path.stem}"
    if reason:
        (target / f"{name}.reason.txt").write_text(f"{reason}\n")
    if beside is not None:
        beside.replace(target / f"{name}-{beside.name}")
    path.replace(target / f"{name}.json")
