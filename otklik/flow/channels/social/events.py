"""What is told of findings: ids only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class MentionFact(Fact):
    """A finding by its id and network."""

    abstract: ClassVar[bool] = True
    public: ClassVar[bool] = False

    mention: int
    network: str


@dataclass(frozen=True, kw_only=True)
class MentionFound(MentionFact):
    """Something that may be trouble was found in an open chat."""

    kind: ClassVar[str] = "mention.found"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Найдено в соцсетях",
        "en": "Found in social networks",
    }


@dataclass(frozen=True, kw_only=True)
class MentionConfirmed(MentionFact):
    """An operator took a finding to work as a message."""

    kind: ClassVar[str] = "mention.confirmed"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Оператор взял найденное в работу",
        "en": "An operator took the finding to work",
    }

    report: int


@dataclass(frozen=True, kw_only=True)
class MentionDismissed(MentionFact):
    """An operator saw no trouble in a finding; its words are gone."""

    kind: ClassVar[str] = "mention.dismissed"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Оператор не увидел в найденном проблемы",
        "en": "An operator saw no trouble in the finding",
    }

    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MentionReplied(MentionFact):
    """An official wrote the reply under a finding by hand."""

    kind: ClassVar[str] = "mention.replied"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Ответ размещён под найденным вручную",
        "en": "The reply was placed under the finding by hand",
    }
