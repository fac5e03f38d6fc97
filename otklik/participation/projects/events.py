"""The life of a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ProjectStarted(Fact):
    """A body began to ask people about a matter."""

    kind: ClassVar[str] = "project.started"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Заведён проект",
        "en": "A project was started",
    }

    project: int
    organisation: str = ""


@dataclass(frozen=True, kw_only=True)
class ProjectPublished(Fact):
    """A project is shown to everybody."""

    kind: ClassVar[str] = "project.published"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Проект опубликован",
        "en": "The project was published",
    }

    project: int


@dataclass(frozen=True, kw_only=True)
class ProjectCasesLinked(Fact):
    """Messages were tied to a project that grew from them, or untied (below 0)."""

    kind: ClassVar[str] = "project.cases_linked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "С проектом связаны сообщения",
        "en": "Messages were tied to the project",
    }

    project: int
    cases: int


@dataclass(frozen=True, kw_only=True)
class StageFact(Fact):
    """What every fact about a step without a question carries."""

    abstract: ClassVar[bool] = True

    project: int
    phase: int
    step: str = ""


@dataclass(frozen=True, kw_only=True)
class StagePlanned(StageFact):
    """A step in which nobody is asked was written down."""

    kind: ClassVar[str] = "stage.planned"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Записан этап проекта",
        "en": "A step of the project was written down",
    }


@dataclass(frozen=True, kw_only=True)
class StageAnnounced(StageFact):
    """A step in which nobody is asked is shown to everybody."""

    kind: ClassVar[str] = "stage.announced"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Объявлен этап проекта",
        "en": "A step of the project was announced",
    }


@dataclass(frozen=True, kw_only=True)
class StageDropped(StageFact):
    """The draft of such a step was thrown away."""

    kind: ClassVar[str] = "stage.dropped"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Черновик этапа удалён",
        "en": "The draft of a step was dropped",
    }


@dataclass(frozen=True, kw_only=True)
class ResidentDeclared(Fact):
    """A person said where they live and when they were born; the fact says neither."""

    kind: ClassVar[str] = "resident.declared"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Житель указал место жительства и возраст",
        "en": "A resident gave their place and age",
    }
