"""The life of a collection of opinions; no fact holds what somebody said or answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ConversationFact(Fact):
    """What every fact about a collection of opinions carries."""

    abstract: ClassVar[bool] = True

    conversation: int


@dataclass(frozen=True, kw_only=True)
class StatementFact(ConversationFact):
    """What every fact about one statement carries."""

    abstract: ClassVar[bool] = True

    statement: int


@dataclass(frozen=True, kw_only=True)
class ConversationDrafted(ConversationFact):
    """An official began to collect opinions; nobody outside sees it yet."""

    kind: ClassVar[str] = "conversation.drafted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Составлен сбор мнений",
        "en": "A collection of opinions was drafted",
    }


@dataclass(frozen=True, kw_only=True)
class ConversationEdited(ConversationFact):
    """The first statements of a draft were written anew."""

    kind: ClassVar[str] = "conversation.edited"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Первые высказывания изменены",
        "en": "The first statements were changed",
    }


@dataclass(frozen=True, kw_only=True)
class ConversationDropped(ConversationFact):
    """A draft was thrown away."""

    kind: ClassVar[str] = "conversation.dropped"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Черновик сбора мнений удалён",
        "en": "The draft was dropped",
    }


@dataclass(frozen=True, kw_only=True)
class ConversationAnnounced(ConversationFact):
    """The first statements, window and circle are published and stand."""

    kind: ClassVar[str] = "conversation.announced"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Сбор мнений объявлен",
        "en": "The collection of opinions was announced",
    }


@dataclass(frozen=True, kw_only=True)
class ConversationAnswered(ConversationFact):
    """A person answered a statement; how, the table knows."""

    kind: ClassVar[str] = "conversation.answered"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Получен ответ на высказывание",
        "en": "A statement was answered",
    }


@dataclass(frozen=True, kw_only=True)
class ConversationComputed(ConversationFact):
    """Groups of opinion were computed after the end."""

    kind: ClassVar[str] = "conversation.computed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Посчитаны группы мнений",
        "en": "Groups of opinion were computed",
    }


@dataclass(frozen=True, kw_only=True)
class StatementAdded(StatementFact):
    """A person added a statement; its words, the table knows."""

    kind: ClassVar[str] = "statement.added"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Добавлено высказывание № {statement}",
        "en": "Statement No. {statement} was added",
    }


@dataclass(frozen=True, kw_only=True)
class StatementShown(StatementFact):
    """A statement may be answered by everybody of the circle."""

    kind: ClassVar[str] = "statement.shown"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Высказывание № {statement} показано",
        "en": "Statement No. {statement} is shown",
    }


@dataclass(frozen=True, kw_only=True)
class StatementHidden(StatementFact):
    """A moderator hid a statement, for a reason of the list."""

    kind: ClassVar[str] = "statement.hidden"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Высказывание № {statement} скрыто модератором",
        "en": "A moderator hid statement No. {statement}",
    }

    reason: str = ""
