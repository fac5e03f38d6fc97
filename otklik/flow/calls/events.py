"""What is told of calls: ids and states, never a phone, a name or a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class CallFact(Fact):
    """A call by its id."""

    abstract: ClassVar[bool] = True
    public: ClassVar[bool] = False

    call: int


@dataclass(frozen=True, kw_only=True)
class CallTold(CallFact):
    """The telephone system told that a call rings, is taken, ended or was not waited for."""

    kind: ClassVar[str] = "call.told"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Звонок: {state}",
        "en": "A call: {state}",
    }

    state: str


@dataclass(frozen=True, kw_only=True)
class CallRecorded(CallFact):
    """An operator wrote down what came of a call: a message, a joining, or neither."""

    kind: ClassVar[str] = "call.recorded"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Звонок записан",
        "en": "The call was recorded",
    }

    report: int | None = None
    problem: int | None = None
    joined: str = ""
    """The number of somebody else's message that the caller joined."""


@dataclass(frozen=True, kw_only=True)
class CallbackFact(Fact):
    """A callback by its id."""

    abstract: ClassVar[bool] = True
    public: ClassVar[bool] = False

    callback: int


@dataclass(frozen=True, kw_only=True)
class CallbackPlanned(CallbackFact):
    """Somebody is to be called back by a time."""

    kind: ClassVar[str] = "callback.planned"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Обещано перезвонить",
        "en": "A callback was promised",
    }

    due: datetime


@dataclass(frozen=True, kw_only=True)
class CallbackTried(CallbackFact):
    """An operator tried to reach somebody."""

    kind: ClassVar[str] = "callback.tried"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Перезванивали, попытка {tries}",
        "en": "Called back, try {tries}",
    }

    tries: int
    reached: bool


@dataclass(frozen=True, kw_only=True)
class CallbackDropped(CallbackFact):
    """A callback is no longer needed."""

    kind: ClassVar[str] = "callback.dropped"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Перезванивать не нужно",
        "en": "No callback is needed any more",
    }
