"""What in an open chat may be somebody's trouble; how a row of an export is read. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from otklik.ground.kit.text import phrase_in, words

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

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
