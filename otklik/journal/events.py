"""What the journal says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class EntrySkipped(Fact):
    """A human let a follower step over a fact on which it had stopped."""

    kind: ClassVar[str] = "journal.entry_skipped"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "«{follower}» пропускает запись {position} ({skipped_kind})",
        "en": "{follower} steps over entry {position} ({skipped_kind})",
    }

    follower: str
    position: int
    skipped_kind: str
