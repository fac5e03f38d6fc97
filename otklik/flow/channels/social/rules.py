"""What in an open chat may be somebody's trouble; how a row of an export is read. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from otklik.ground.kit.text import phrase_in, words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LONGEST = 4000
REPLY = 600
"""Letters of a reply in a thread: nobody reads more there."""
_LINK = re.compile(r"https?://\S+")


class Refused(ValueError):  # noqa: N818  (a refusal is not an error of ours)
    """It cannot be done so; words by field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True)
class SocialRules:
    """What an administrator sets: `social` in the region's settings."""

    least: float = 0.3
    fewest_words: int = 4
    mention_days: int = 30


@dataclass(frozen=True)
class Overheard:
    """A message in an open chat or a comment, whichever network it is of."""

    network: str
    key: str
    text: str
    written_at: datetime
    author: str = ""
    link: str = ""
    place: str = ""
    thread: dict[str, Any] = field(default_factory=dict)


def speaks(text: str, fewest: int) -> bool:
    """Tell whether there is enough in a text to be about anything: not a link, not a word."""
    return len(words(_LINK.sub(" ", text))) >= fewest


def is_trouble(
    text: str, score: float, asked: SocialRules, always: Collection[str], never: Collection[str]
) -> bool:
    """Tell whether an operator should look: by phrases, else by how sure the classifier is."""
    if not speaks(text, asked.fewest_words) or phrase_in(text, never):
        return False
    return bool(phrase_in(text, always)) or score >= asked.least


def key_of(key: str, link: str, text: str) -> str:
    """Return what tells a finding from others: its own number, its link, or its words."""
    if key or link:
        return (key or link)[:120]
    return hashlib.sha256(text.encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Line:
    """A row of an export: what was read, or what is wrong with it in words."""

    number: int
    said: Overheard | None = None
    wrong: str = ""


def read_line(
    number: int, row: Mapping[str, Any], columns: Mapping[str, Collection[str]], now: datetime
) -> Line:
    """Read a row of an export by the names that its columns may have."""
    told = {name: _cell(row, names) for name, names in columns.items()}
    text = str(told.get("text") or "").strip()
    link = str(told.get("link") or "").strip()
    at = _moment(told.get("date"), now)
    if not speaks(text, 1):
        return Line(number, wrong="нет текста")
    if link and not re.match(r"https?://\S+$", link):
        return Line(number, wrong=f"ссылка «{link[:40]}» не похожа на адрес")
    if at is None:
        return Line(
            number, wrong=f"дата «{str(told['date'])[:20]}» не читается: нужна 24.11.2026 10:15"
        )
    said = Overheard(
        _network(str(told.get("network") or ""), link), text=text, link=link, written_at=at,
        key=_words(told, "key"), author=_words(told, "author"), place=_words(told, "place"),
    )  # fmt: skip
    return Line(number, said)


def _words(told: Mapping[str, Any], name: str) -> str:
    return str(told.get(name) or "").strip()


def _cell(row: Mapping[str, Any], names: Collection[str]) -> Any:
    return next((row[name] for name in names if row.get(name) not in (None, "")), "")


def _network(said: str, link: str) -> str:
    """Return the code of a network by its name or by a link."""
    told = f"{said} {link}".lower()
    known = {"vk": ("vk.com", "vk", "вк"), "ok": ("ok.ru", "одноклассник"),
             "telegram": ("t.me", "telegram", "телеграм"), "max": ("max.ru", "max")}  # fmt: skip
    found = (code for code, marks in known.items() if any(mark in told for mark in marks))
    return next(found, "web")


def _moment(said: Any, now: datetime) -> datetime | None:
    """Read a day with or without an hour; nothing said is now."""
    if said in (None, ""):
        return now
    if isinstance(said, date):
        whole = said if isinstance(said, datetime) else datetime.combine(said, time())
        return whole if whole.tzinfo else whole.replace(tzinfo=now.tzinfo)
    text = str(said).strip()
    for form in ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=now.tzinfo)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)


def signed(body: bytes, secret: str, signature: str) -> bool:
    """Tell whether a body carries the signature of its sender."""
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    given = signature.strip().lower().removeprefix("sha256=")
    return hmac.compare_digest(right.encode(), given.encode())
