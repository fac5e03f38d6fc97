"""What emergencies tell the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from otklik.flow.cases.events import CaseFact
from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class EmergencyFact(Fact):
    """What every fact about an emergency carries; no territory is the whole region."""

    abstract: ClassVar[bool] = True

    emergency: int
    regime: str
    territory: str = ""
    topics: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class EmergencyDeclared(EmergencyFact):
    """An official declared an emergency: ordinary terms there stand until it ends."""

    kind: ClassVar[str] = "emergency.declared"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Объявлен режим № {emergency}",
        "en": "Emergency No. {emergency} was declared",
    }


@dataclass(frozen=True, kw_only=True)
class EmergencyEnded(EmergencyFact):
    """An emergency ended, by its day or earlier: the terms go on."""

    kind: ClassVar[str] = "emergency.ended"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Режим № {emergency} окончен",
        "en": "Emergency No. {emergency} ended",
    }

    early: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseHeld(CaseFact):
    """An emergency moved the case's terms: `due` is the new one, while the emergency lasts."""

    kind: ClassVar[str] = "case.held"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Срок продлён: действует режим № {emergency}",
        "en": "The term is longer: emergency No. {emergency} is on",
    }

    emergency: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseReleased(CaseFact):
    """The case's terms go on: the emergency ended, or the case is past what it stops."""

    kind: ClassVar[str] = "case.released"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Часы снова идут: режим № {emergency} больше не держит срок",
        "en": "The clock goes on: emergency No. {emergency} holds it no more",
    }

    emergency: int = 0
