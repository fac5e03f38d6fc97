"""The life of a roadmap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RoadmapFact(Fact):
    """What every fact about a roadmap carries."""

    abstract: ClassVar[bool] = True

    roadmap: int
    topic: str
    territory: str = ""


@dataclass(frozen=True, kw_only=True)
class RoadmapOpened(RoadmapFact):
    """Complaints that repeat got a cause, and soon measures."""

    kind: ClassVar[str] = "roadmap.opened"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Начата дорожная карта № {roadmap}",
        "en": "Roadmap No. {roadmap} was begun",
    }


@dataclass(frozen=True, kw_only=True)
class RoadmapMeasurePlanned(RoadmapFact):
    """A measure got its owner and date."""

    kind: ClassVar[str] = "roadmap.measure_planned"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "В дорожную карту № {roadmap} внесена мера",
        "en": "A measure joined roadmap No. {roadmap}",
    }

    measure: int = 0
    organisation: str = ""


@dataclass(frozen=True, kw_only=True)
class RoadmapMeasureSettled(RoadmapFact):
    """A measure was done or given up."""

    kind: ClassVar[str] = "roadmap.measure_settled"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Мера дорожной карты № {roadmap}: {state}",
        "en": "A measure of roadmap No. {roadmap}: {state}",
    }

    measure: int = 0
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class RoadmapClosed(RoadmapFact):
    """The roadmap is finished, with a conclusion."""

    kind: ClassVar[str] = "roadmap.closed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Дорожная карта № {roadmap} завершена",
        "en": "Roadmap No. {roadmap} is finished",
    }
