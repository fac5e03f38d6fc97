"""What is told of receptions: ids, states and times, never a name, a theme or a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from otklik.flow.cases.events import CaseFact
from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class BookingFact(Fact):
    """A request to be received, by its id."""

    abstract: ClassVar[bool] = True
    public: ClassVar[bool] = False

    booking: int
    receiver: int


@dataclass(frozen=True, kw_only=True)
class ReceptionAsked(BookingFact):
    """Somebody asked to be received; it is answered within three working days."""

    kind: ClassVar[str] = "reception.asked"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Просят личного приёма", "en": "A personal reception was asked for",
    }  # fmt: skip

    due: datetime


@dataclass(frozen=True, kw_only=True)
class ReceptionConfirmed(BookingFact):
    """A time of reception was set."""

    kind: ClassVar[str] = "reception.confirmed"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Приём назначен", "en": "The reception was set",
    }  # fmt: skip

    starts: datetime


@dataclass(frozen=True, kw_only=True)
class ReceptionRefused(BookingFact):
    """A reception was refused, with a reason told to the one who asked."""

    kind: ClassVar[str] = "reception.refused"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "В приёме отказано, причина названа", "en": "The reception was refused with a reason",
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReceptionReminded(BookingFact):
    """The one to be received was reminded a day before."""

    kind: ClassVar[str] = "reception.reminded"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "О приёме напомнили", "en": "A reminder of the reception was sent",
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReceptionOverdue(BookingFact):
    """Three working days passed without an answer."""

    kind: ClassVar[str] = "reception.overdue"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "На просьбу о приёме не ответили в срок",
        "en": "The request was not answered in time",
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReceptionHeld(BookingFact):
    """The reception took place, or nobody came; a message may have come of it."""

    kind: ClassVar[str] = "reception.held"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Итог приёма записан", "en": "The outcome of the reception was noted",
    }  # fmt: skip

    came: bool
    report: int | None = None


@dataclass(frozen=True, kw_only=True)
class ControlPlanned(CaseFact):
    """The reception will look at this appeal on a day of its own, before the term ends."""

    kind: ClassVar[str] = "reception.control_planned"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Поставлено на внутренний контроль", "en": "Put under internal control",
    }  # fmt: skip

    control: datetime


@dataclass(frozen=True, kw_only=True)
class ControlDue(CaseFact):
    """The day of internal control came and the appeal is not answered."""

    kind: ClassVar[str] = "reception.control_due"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "День внутреннего контроля: ответа ещё нет",
        "en": "The day of internal control: no answer yet",
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ControlDone(CaseFact):
    """The reception looked at the appeal and wrote what it saw."""

    kind: ClassVar[str] = "reception.control_done"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Внутренний контроль пройден", "en": "Internal control was done",
    }  # fmt: skip
