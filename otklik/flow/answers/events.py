"""What is said of answers and checks on the spot: codes and ids alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.flow.cases.events import CaseFact
from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class AnswerExamined(CaseFact):
    """An answer was looked into; `codes` are what the approver is warned of."""

    kind: ClassVar[str] = "answer.examined"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Ответ проверен, предупреждений: {count}",
        "en": "The answer was checked, warnings: {count}",
    }

    answer: int
    codes: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class AnswerOverruled(CaseFact):
    """The approver sends an answer in spite of warnings, with a reason on record."""

    kind: ClassVar[str] = "answer.overruled"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Отправлено вопреки предупреждениям: {count}",
        "en": "Sent in spite of warnings: {count}",
    }

    answer: int
    codes: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseInspected(CaseFact):
    """An independent verifier looked on the spot."""

    kind: ClassVar[str] = "case.inspected"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Независимый контролёр проверил на месте",
        "en": "An independent controller checked on the spot",
    }

    answer: int
    confirmed: bool
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class TemplateEdited(Fact):
    """A template of answers was made or changed at the desk."""

    kind: ClassVar[str] = "answer_template.edited"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Образец ответа изменён",
        "en": "A template of answers was changed",
    }

    template: int
    active: bool = True
