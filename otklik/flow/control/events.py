"""Deadlines that come near or were missed, told upwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.flow.cases.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class CaseDueSoon(CaseFact):
    """The due time comes near; those of `level` were warned."""

    kind: ClassVar[str] = "case.due_soon"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Предупреждение: срок близко",
        "en": "A warning: the deadline is near",
    }

    alarm: int = 0
    level: str = ""
    step: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseContactReminded(CaseFact):
    """Those of `level` were told of a talk owed after a low rating: it comes due or is `late`."""

    kind: ClassVar[str] = "case.contact_reminded"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Напомнили: после низкой оценки надо связаться с автором",
        "en": "Reminded: after a low rating somebody must get in touch with the author",
    }

    duty: int = 0
    level: str = ""
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseEscalated(CaseFact):
    """The due time passed and those of `level` were told."""

    kind: ClassVar[str] = "case.escalated"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Срок прошёл: сообщено выше",
        "en": "The deadline passed: told upwards",
    }

    alarm: int = 0
    level: str = ""
    step: int = 0
