"""What is told of cases that went to another system: ids and words of a closed list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.flow.cases.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class CaseForwarded(CaseFact):
    """Another system took the case and gave it a number of its own."""

    kind: ClassVar[str] = "case.forwarded"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Передано в другую систему", "en": "Passed on to another system",
    }  # fmt: skip

    forward: int


@dataclass(frozen=True, kw_only=True)
class CaseNewsBrought(CaseFact):
    """The system that took the case told how it stands there; `said` is the status it named."""

    kind: ClassVar[str] = "case.news_brought"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Пришли новости из системы, куда передано",
        "en": "News came from the system that took it",
    }

    forward: int
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class ForwardRefused(CaseFact):
    """Another system did not take the case, or nobody knows whether it did: a person decides."""

    kind: ClassVar[str] = "forward.refused"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Другая система не приняла: нужно решение",
        "en": "Another system did not take it: somebody must decide",
    }

    forward: int


@dataclass(frozen=True, kw_only=True)
class ForwardRequeued(CaseFact):
    """Somebody asked to hand the case over once more."""

    kind: ClassVar[str] = "forward.requeued"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Передаётся в другую систему ещё раз",
        "en": "It is handed over to another system once more",
    }

    forward: int
