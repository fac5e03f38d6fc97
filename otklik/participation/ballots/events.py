"""The life of a vote. No fact holds a voter and a choice together; a secret ballot's has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class VoteFact(Fact):
    """What every fact about a vote carries."""

    abstract: ClassVar[bool] = True

    vote: int
    secrecy: str


@dataclass(frozen=True, kw_only=True)
class VoteDrafted(VoteFact):
    """An official wrote a vote; nobody outside sees it yet."""

    kind: ClassVar[str] = "vote.drafted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Составлено голосование",
        "en": "A vote was drafted",
    }


@dataclass(frozen=True, kw_only=True)
class VoteDropped(VoteFact):
    """A draft was thrown away; nobody outside ever saw it."""

    kind: ClassVar[str] = "vote.dropped"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Черновик голосования удалён",
        "en": "The vote's draft was dropped",
    }


@dataclass(frozen=True, kw_only=True)
class VoteAnnounced(VoteFact):
    """A vote's terms are published with their hash and cannot change any more."""

    kind: ClassVar[str] = "vote.announced"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Голосование объявлено, отпечаток условий {manifest}",
        "en": "The vote was announced, hash of its terms {manifest}",
    }

    manifest: str = ""


@dataclass(frozen=True, kw_only=True)
class VoteOpened(VoteFact):
    """Ballots are taken from now on."""

    kind: ClassVar[str] = "vote.opened"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Голосование началось",
        "en": "The vote began",
    }


@dataclass(frozen=True, kw_only=True)
class BallotIssued(VoteFact):
    """A person got the right to one ballot, signed unseen; what they do with it nobody knows."""

    kind: ClassVar[str] = "ballot.issued"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Выдан бюллетень",
        "en": "A ballot was issued",
    }


@dataclass(frozen=True, kw_only=True)
class BallotCast(VoteFact):
    """A ballot was taken or replaced; the actor of a secret one is nobody."""

    kind: ClassVar[str] = "ballot.cast"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Принят бюллетень",
        "en": "A ballot was taken",
    }


@dataclass(frozen=True, kw_only=True)
class PaperEntered(VoteFact):
    """An operator read a ballot on paper, as the first or as the second; not what stands on it."""

    kind: ClassVar[str] = "ballot.paper_entered"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Внесён бумажный бюллетень, чтение {place}",
        "en": "A ballot on paper was entered, reading {place}",
    }

    sheet: int = 0
    place: int = 0


@dataclass(frozen=True, kw_only=True)
class PaperSettled(VoteFact):
    """A third operator decided what stands on a sheet that two had read differently."""

    kind: ClassVar[str] = "ballot.paper_settled"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Расхождение в бумажном бюллетене разобрано",
        "en": "What two read differently on a ballot on paper was settled",
    }

    sheet: int = 0


@dataclass(frozen=True, kw_only=True)
class RightHeld(VoteFact):
    """A right to a ballot was set aside until somebody looks: too many came at once."""

    kind: ClassVar[str] = "right.held"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Право на бюллетень отложено до проверки",
        "en": "A right to a ballot was set aside",
    }


@dataclass(frozen=True, kw_only=True)
class RightsJudged(VoteFact):
    """Rights that were set aside are admitted or refused, with a public reason."""

    kind: ClassVar[str] = "right.judged"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Решено об отложенных правах на бюллетень: {rights}",
        "en": "Rights to a ballot that were set aside are judged: {rights}",
    }

    verdict: str = ""
    rights: int = 0


@dataclass(frozen=True, kw_only=True)
class VoteClosed(VoteFact):
    """The end: the board is whole, ballots are counted, the key of tokens is gone."""

    kind: ClassVar[str] = "vote.closed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Голосование завершено: бюллетеней {ballots}, получили {issued}",
        "en": "The vote ended: {ballots} ballots, issued to {issued}",
    }

    ballots: int = 0
    issued: int = 0
    holds: bool = False


@dataclass(frozen=True, kw_only=True)
class VotePublished(VoteFact):
    """The package by which anybody recounts the vote is published; the last key is gone."""

    kind: ClassVar[str] = "vote.published"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Опубликованы бюллетени и подсчёт, SHA-256 {package}",
        "en": "Ballots and count are published, SHA-256 {package}",
    }

    package: str = ""
