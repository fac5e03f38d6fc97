"""What is told of the exchange: ids, outcomes and the other system's number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.flow.cases.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class LetterDelivered(CaseFact):
    """A document system took the news of an appeal."""

    kind: ClassVar[str] = "exchange.delivered"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Передано в систему документооборота",
        "en": "Passed to a document system",
    }

    letter: int
    about: str = ""
    tries: int = 0


@dataclass(frozen=True, kw_only=True)
class LetterRefused(CaseFact):
    """A document system did not take the news, or was away for too long."""

    kind: ClassVar[str] = "exchange.refused"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Система документооборота не приняла письмо",
        "en": "A document system did not take the letter",
    }

    letter: int
    about: str = ""
    tries: int = 0


@dataclass(frozen=True, kw_only=True)
class LetterRequeued(CaseFact):
    """An official asked to send a refused letter again."""

    kind: ClassVar[str] = "exchange.requeued"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Письмо системе документооборота отправлено ещё раз",
        "en": "A letter to a document system was sent again",
    }

    letter: int


@dataclass(frozen=True, kw_only=True)
class AnsweredBySystem(CaseFact):
    """A document system told its number of an appeal, or sent a file."""

    kind: ClassVar[str] = "exchange.arrived"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Пришли сведения из системы документооборота {external}",
        "en": "News came from a document system {external}",
    }

    arrival: int
    external: str = ""
    paper: int | None = None
