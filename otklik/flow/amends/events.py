"""That somebody must get in touch with an author who was not content, and did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from otklik.flow.cases.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class CaseContactOwed(CaseFact):
    """A low rating obliges the head of the body that answered to get in touch by a time."""

    kind: ClassVar[str] = "case.contact_owed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Низкая оценка: руководитель должен связаться с автором",
        "en": "A low rating: the head must get in touch with the author",
    }

    duty: int = 0
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CaseContacted(CaseFact):
    """The head got in touch with the author after a low rating; `late` past the time."""

    kind: ClassVar[str] = "case.contacted"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "После низкой оценки руководитель связался с автором",
        "en": "After a low rating the head got in touch with the author",
    }

    duty: int = 0
    late: bool = False
