"""The life of an instruction: ids, codes and dates, never its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class InstructionFact(Fact):
    """What every fact about an instruction carries."""

    abstract: ClassVar[bool] = True

    instruction: int
    status: str
    organisation: str
    place: str = ""
    territory: str = ""
    topic: str = ""
    due: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class InstructionGiven(InstructionFact):
    """A leader told a body what to do and until when."""

    kind: ClassVar[str] = "instruction.given"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Дано поручение № {instruction}",
        "en": "Instruction No. {instruction} was given",
    }

    cases: int = 0
    problem: int | None = None


@dataclass(frozen=True, kw_only=True)
class InstructionAccepted(InstructionFact):
    """The body took it on."""

    kind: ClassVar[str] = "instruction.accepted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Поручение № {instruction} принято к исполнению",
        "en": "Instruction No. {instruction} was accepted",
    }


@dataclass(frozen=True, kw_only=True)
class InstructionReported(InstructionFact):
    """The body told what was done; somebody checks it now."""

    kind: ClassVar[str] = "instruction.reported"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "По поручению № {instruction} отчитались",
        "en": "Instruction No. {instruction} was reported on",
    }

    late: bool = False
    proofs: int = 0


@dataclass(frozen=True, kw_only=True)
class InstructionReturned(InstructionFact):
    """The report was not enough."""

    kind: ClassVar[str] = "instruction.returned"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Поручение № {instruction} возвращено на доработку",
        "en": "Instruction No. {instruction} was sent back",
    }


@dataclass(frozen=True, kw_only=True)
class InstructionConfirmed(InstructionFact):
    """It was checked and is done; the map shows so."""

    kind: ClassVar[str] = "instruction.confirmed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Поручение № {instruction} исполнено",
        "en": "Instruction No. {instruction} is done",
    }


@dataclass(frozen=True, kw_only=True)
class InstructionExtended(InstructionFact):
    """Its date was moved, with a reason."""

    kind: ClassVar[str] = "instruction.extended"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Срок поручения № {instruction} перенесён",
        "en": "The date of instruction No. {instruction} was moved",
    }


@dataclass(frozen=True, kw_only=True)
class InstructionWithdrawn(InstructionFact):
    """It is needed no more."""

    kind: ClassVar[str] = "instruction.withdrawn"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Поручение № {instruction} снято",
        "en": "Instruction No. {instruction} was withdrawn",
    }


@dataclass(frozen=True, kw_only=True)
class InstructionOverdue(InstructionFact):
    """Its date passed without a report."""

    kind: ClassVar[str] = "instruction.overdue"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Срок поручения № {instruction} прошёл",
        "en": "The date of instruction No. {instruction} passed",
    }
