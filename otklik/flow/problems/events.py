"""The life of a problem, and of the cases that it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from otklik.flow.cases.events import CaseFact
from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ProblemFact(Fact):
    """What every fact about a problem carries."""

    abstract: ClassVar[bool] = True

    problem: int
    status: str
    topic: str
    territory: str = ""
    organisation: str = ""
    shown: bool = False


@dataclass(frozen=True, kw_only=True)
class ProblemOpened(ProblemFact):
    """Many messages were found to have one cause, or an outage or works were declared."""

    kind: ClassVar[str] = "problem.opened"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Заведена проблема",
        "en": "A problem was opened",
    }

    form: str = ""
    expected_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ProblemEdited(ProblemFact):
    """Its words, area, body, promise or visibility were changed by an official."""

    kind: ClassVar[str] = "problem.edited"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Проблема уточнена",
        "en": "The problem was edited",
    }

    changed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProblemTold(ProblemFact):
    """All who wait are told how it goes."""

    kind: ClassVar[str] = "problem.told"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Есть новости", "en": "There is news"}

    news: int = 0
    expected_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ProblemJoined(ProblemFact):
    """One more person waits for the same without writing again."""

    kind: ClassVar[str] = "problem.joined"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {"ru": "И у меня", "en": "Me too"}

    joined: int = 0


@dataclass(frozen=True, kw_only=True)
class ProblemActed(ProblemFact):
    """An official asked for one verb to be done with many cases; each case tells its own part."""

    kind: ClassVar[str] = "problem.acted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Общее действие: {verb}, обращений {count}",
        "en": "Group action: {verb}, cases {count}",
    }

    action: int = 0
    verb: str = ""
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class ProblemAnswered(ProblemFact):
    """The common answer went to all authors."""

    kind: ClassVar[str] = "problem.answered"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Дан общий ответ",
        "en": "A common answer was given",
    }


@dataclass(frozen=True, kw_only=True)
class ProblemRated(ProblemFact):
    """One who joined said whether it is solved."""

    kind: ClassVar[str] = "problem.rated"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Присоединившийся оценил",
        "en": "One who joined rated",
    }

    solved: bool = False


@dataclass(frozen=True, kw_only=True)
class ProblemClosed(ProblemFact):
    """The cause is gone; new messages are new again."""

    kind: ClassVar[str] = "problem.closed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Проблема закрыта", "en": "The problem is closed"}


@dataclass(frozen=True, kw_only=True)
class CaseGrouped(CaseFact):
    """The case joined a problem, or left it."""

    kind: ClassVar[str] = "case.grouped"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Общая причина: проблема № {problem}",
        "en": "A common cause: problem No. {problem}",
    }

    problem: int = 0
    automatic: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseUngrouped(CaseFact):
    """The case has a cause of its own after all."""

    kind: ClassVar[str] = "case.ungrouped"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Отделено от проблемы № {problem}",
        "en": "Parted from problem No. {problem}",
    }

    problem: int = 0
