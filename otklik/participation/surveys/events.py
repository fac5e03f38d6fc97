"""The life of a survey; no fact holds an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SurveyFact(Fact):
    """What every fact about a survey carries."""

    abstract: ClassVar[bool] = True

    survey: int


@dataclass(frozen=True, kw_only=True)
class SurveyDrafted(SurveyFact):
    """An official began a survey; nobody outside sees it yet."""

    kind: ClassVar[str] = "survey.drafted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Составлен опрос",
        "en": "A survey was drafted",
    }


@dataclass(frozen=True, kw_only=True)
class SurveyEdited(SurveyFact):
    """A question of a draft was added or taken away."""

    kind: ClassVar[str] = "survey.edited"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Вопросы опроса изменены",
        "en": "The survey's questions were changed",
    }


@dataclass(frozen=True, kw_only=True)
class SurveyDropped(SurveyFact):
    """A draft was thrown away."""

    kind: ClassVar[str] = "survey.dropped"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Черновик опроса удалён",
        "en": "The survey's draft was dropped",
    }


@dataclass(frozen=True, kw_only=True)
class SurveyAnnounced(SurveyFact):
    """A survey's questions, window and circle are published and stand."""

    kind: ClassVar[str] = "survey.announced"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Опрос объявлен",
        "en": "The survey was announced",
    }


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(SurveyFact):
    """A person sent an answer, or sent it anew."""

    kind: ClassVar[str] = "survey.answered"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Получен ответ на опрос",
        "en": "The survey was answered",
    }


@dataclass(frozen=True, kw_only=True)
class SurveyHeldCounted(SurveyFact):
    """An official looked at the answers held for a check and let them be counted."""

    kind: ClassVar[str] = "survey.held_counted"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Отложенные ответы проверены и учтены",
        "en": "The answers held for a check were counted",
    }

    answers: int


@dataclass(frozen=True, kw_only=True)
class SurveySheetEntered(SurveyFact):
    """An official entered an answer for somebody, from paper or by phone."""

    kind: ClassVar[str] = "survey.sheet_entered"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Внесён ответ на опрос с бумаги или по телефону",
        "en": "An answer on paper or by phone was entered",
    }

    sheet: int
    source: str
