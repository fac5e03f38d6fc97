"""The life of a proposal; no fact says who proposes what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ProposalFact(Fact):
    """What every fact about a proposal carries."""

    abstract: ClassVar[bool] = True

    proposal: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ProposalSent(ProposalFact):
    """A resident sent a proposal, or sent it again corrected."""

    kind: ClassVar[str] = "proposal.sent"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Житель прислал предложение",
        "en": "A resident sent a proposal",
    }


@dataclass(frozen=True, kw_only=True)
class ProposalReturned(ProposalFact):
    """A moderator asked for a correction and said why."""

    kind: ClassVar[str] = "proposal.returned"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Предложение возвращено на исправление",
        "en": "A proposal was returned to be corrected",
    }


@dataclass(frozen=True, kw_only=True)
class ProposalRefused(ProposalFact):
    """A moderator refused a proposal and said why."""

    kind: ClassVar[str] = "proposal.refused"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Предложение отклонено",
        "en": "A proposal was refused",
    }


@dataclass(frozen=True, kw_only=True)
class ProposalAccepted(ProposalFact):
    """A proposal was published as a petition or a project."""

    kind: ClassVar[str] = "proposal.accepted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Предложение опубликовано",
        "en": "A proposal was published",
    }


@dataclass(frozen=True, kw_only=True)
class ProposalWithdrawn(ProposalFact):
    """A resident took a proposal back before it was published."""

    kind: ClassVar[str] = "proposal.withdrawn"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Предложение отозвано",
        "en": "A proposal was withdrawn",
    }
