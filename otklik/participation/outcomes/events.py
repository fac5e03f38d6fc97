"""What came of a phase: ids, days and states; words stay in the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RulingMade(Fact):
    """A body said what it decided after a phase had ended."""

    kind: ClassVar[str] = "ruling.made"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Объявлено решение по итогам",
        "en": "The decision that followed was published",
    }

    phase: int
    ruling: int
    verdict: str = ""


@dataclass(frozen=True, kw_only=True)
class ObligationFact(Fact):
    """What every fact about an obligation carries."""

    abstract: ClassVar[bool] = True

    phase: int
    obligation: int
    organisation: str = ""
    due: str = ""


@dataclass(frozen=True, kw_only=True)
class ObligationGiven(ObligationFact):
    """A body is to do something by a day."""

    kind: ClassVar[str] = "obligation.given"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Обещано к {due}",
        "en": "Promised by {due}",
    }


@dataclass(frozen=True, kw_only=True)
class ObligationProgressed(ObligationFact):
    """It was told how an obligation goes."""

    kind: ClassVar[str] = "obligation.progressed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Сделано {percent} %",
        "en": "{percent} % is done",
    }

    percent: int = 0


@dataclass(frozen=True, kw_only=True)
class ObligationKept(ObligationFact):
    """What was promised is done."""

    kind: ClassVar[str] = "obligation.kept"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Обещанное сделано",
        "en": "What was promised is done",
    }

    late: bool = False
    photos: int = 0


@dataclass(frozen=True, kw_only=True)
class ObligationMoved(ObligationFact):
    """The day of an obligation was moved, with a reason."""

    kind: ClassVar[str] = "obligation.moved"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Срок перенесён на {due}",
        "en": "The date was moved to {due}",
    }


@dataclass(frozen=True, kw_only=True)
class ObligationDropped(ObligationFact):
    """An obligation was given up, with a reason."""

    kind: ClassVar[str] = "obligation.dropped"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Обязательство снято",
        "en": "The obligation was dropped",
    }


@dataclass(frozen=True, kw_only=True)
class ObligationLinked(ObligationFact):
    """A message was tied to an obligation: what is promised concerns it."""

    kind: ClassVar[str] = "obligation.linked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "С обязательством связано сообщение",
        "en": "A message was tied to the obligation",
    }

    case: int


@dataclass(frozen=True, kw_only=True)
class ObligationOverdue(ObligationFact):
    """The day of an obligation passed and it is not done."""

    kind: ClassVar[str] = "obligation.overdue"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Срок обязательства прошёл: {due}",
        "en": "The obligation's date passed: {due}",
    }
