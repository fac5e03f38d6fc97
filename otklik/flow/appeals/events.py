"""The life of an appeal under 59-ФЗ, beside the life of its case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.flow.cases.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class CaseBecameAppeal(CaseFact):
    """On the author's wish a message is now dealt with under 59-ФЗ; number and past stay."""

    kind: ClassVar[str] = "case.became_appeal"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "По желанию автора стало обращением по 59-ФЗ",
        "en": "Became an appeal under 59-FZ on the author's wish",
    }


@dataclass(frozen=True, kw_only=True)
class AppealRegistered(CaseFact):
    """The appeal is in the journal; its 30 days run."""

    kind: ClassVar[str] = "appeal.registered"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Обращение зарегистрировано: {journal}",
        "en": "The appeal was registered: {journal}",
    }

    journal: str = ""
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class AppealComplained(CaseFact):
    """It is a complaint: what it is about will not get it."""

    kind: ClassVar[str] = "appeal.complained"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Это жалоба на {target}: передать туда и подчинённым нельзя",
        "en": "A complaint about {target}: it may not go there or beneath",
    }

    target: str = ""


@dataclass(frozen=True, kw_only=True)
class AppealSplit(CaseFact):
    """Several questions, each with its body and outcome."""

    kind: ClassVar[str] = "appeal.split"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Обращение разделено на вопросы: {questions}",
        "en": "The appeal was split into questions: {questions}",
    }

    questions: int = 0


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(CaseFact):
    """One question has its outcome; the appeal is answered when all have."""

    kind: ClassVar[str] = "appeal.question_answered"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Готов ответ на вопрос {position}; осталось {left}",
        "en": "Question {position} has its answer; {left} left",
    }

    position: int = 0
    outcome: str = ""
    left: int = 0


@dataclass(frozen=True, kw_only=True)
class AppealNoticed(CaseFact):
    """A notice that the law owes went to the author."""

    kind: ClassVar[str] = "appeal.noticed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автору направлено уведомление",
        "en": "A notice went to the author",
    }

    notice: int = 0
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class AppealLeft(CaseFact):
    """Left without an answer on a ground of article 11."""

    kind: ClassVar[str] = "appeal.left"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Оставлено без ответа по статье 11 закона 59-ФЗ",
        "en": "Left without an answer under article 11 of 59-FZ",
    }

    ground: str = ""


@dataclass(frozen=True, kw_only=True)
class AppealSigned(CaseFact):
    """The answer's document has a signature."""

    kind: ClassVar[str] = "appeal.signed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Ответ подписан",
        "en": "The answer was signed",
    }

    signature: int = 0
    test: bool = False
