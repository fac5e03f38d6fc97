"""What triage concluded, for those who count and show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class TriageDecided(Fact):
    """The message found its topic, place and body; `certain` means that no moderator is needed."""

    kind: ClassVar[str] = "triage.decided"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Определены тема и ведомство",
        "en": "Topic and body were found",
    }

    report: int
    decision: int
    topic: str = ""
    territory: str = ""
    organisation: str = ""
    certain: bool = False
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True)
class TriageCorrected(Fact):
    """An official overruled the topic or the place; the classifier learns from it."""

    kind: ClassVar[str] = "triage.corrected"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Тема или место исправлены",
        "en": "Topic or place were corrected",
    }

    report: int
    decision: int
    topic: str = ""
    topic_before: str = ""
    territory: str = ""


@dataclass(frozen=True, kw_only=True)
class ClassifierTrained(Fact):
    """A new version of the classifier was made and scored."""

    kind: ClassVar[str] = "triage.classifier_trained"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Обучена версия классификатора № {version}",
        "en": "Classifier version {version} was trained",
    }

    version: int
    corrections: int


@dataclass(frozen=True, kw_only=True)
class ClassifierChosen(Fact):
    """A version of the classifier was put to work; `pinned`: training may not replace it."""

    kind: ClassVar[str] = "triage.classifier_chosen"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Включена версия классификатора № {version}",
        "en": "Classifier version {version} was put to work",
    }

    version: int
    pinned: bool = False
