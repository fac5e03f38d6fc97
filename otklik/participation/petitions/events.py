"""The life of a petition; no fact says who asks for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PetitionFact(Fact):
    """What every fact about a petition carries."""

    abstract: ClassVar[bool] = True

    petition: int


@dataclass(frozen=True, kw_only=True)
class PetitionDrafted(PetitionFact):
    """An official wrote a petition down; nobody outside sees it yet."""

    kind: ClassVar[str] = "petition.drafted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Составлена петиция",
        "en": "A petition was drafted",
    }


@dataclass(frozen=True, kw_only=True)
class PetitionDropped(PetitionFact):
    """A draft was thrown away."""

    kind: ClassVar[str] = "petition.dropped"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Черновик петиции удалён",
        "en": "The petition's draft was dropped",
    }


@dataclass(frozen=True, kw_only=True)
class PetitionAnnounced(PetitionFact):
    """A petition's words, threshold, window and circle are published and stand."""

    kind: ClassVar[str] = "petition.announced"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Петиция объявлена",
        "en": "The petition was announced",
    }


@dataclass(frozen=True, kw_only=True)
class PetitionSigned(PetitionFact):
    """A person signed."""

    kind: ClassVar[str] = "petition.signed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Петиция подписана",
        "en": "The petition was signed",
    }


@dataclass(frozen=True, kw_only=True)
class PetitionWithdrawn(PetitionFact):
    """A person took their signature back."""

    kind: ClassVar[str] = "petition.withdrawn"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Подпись отозвана",
        "en": "A signature was withdrawn",
    }


@dataclass(frozen=True, kw_only=True)
class PetitionReached(PetitionFact):
    """So many signed that the body owes an answer; said once."""

    kind: ClassVar[str] = "petition.reached"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Порог подписей набран",
        "en": "The threshold was reached",
    }
