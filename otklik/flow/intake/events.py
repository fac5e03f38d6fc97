"""What intake tells the rest: ids, codes and cells, never a word or a contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ReportReceived(Fact):
    """A message was accepted and has its number; it is safe on disk.

    `cell` is the H3 cell of resolution 9 (about 0.1 km²) of the pin, or None;
    `topic` is the code the author chose, or empty.
    """

    kind: ClassVar[str] = "report.received"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Сообщение принято",
        "en": "The message was received",
    }

    report: int
    channel: str
    place: str
    territory: str = ""
    cell: int | None = None
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportWithdrawn(Fact):
    """The author took the message back."""

    kind: ClassVar[str] = "report.withdrawn"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автор отозвал сообщение",
        "en": "The author withdrew the message",
    }

    report: int


@dataclass(frozen=True, kw_only=True)
class ReportClaimed(Fact):
    """A person showed the secret of a message sent without signing in: it is theirs now."""

    kind: ClassVar[str] = "report.claimed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автор добавил сообщение в свой кабинет",
        "en": "The author claimed the message",
    }

    report: int


@dataclass(frozen=True, kw_only=True)
class FilesAdded(Fact):
    """Files joined a message after it had been received."""

    kind: ClassVar[str] = "report.files_added"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Добавлены файлы: {count}",
        "en": "Files added: {count}",
    }

    report: int
    count: int


@dataclass(frozen=True, kw_only=True)
class PhotoCovered(Fact):
    """Parts of a photo were covered in the copies that others see, or shown again.

    `parts` are covered now, `share` is how much of the picture, in percent.
    """

    kind: ClassVar[str] = "report.photo_covered"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "На снимке закрыто частей: {parts} ({share} % снимка)",
        "en": "Parts of a photo covered: {parts} ({share} % of it)",
    }

    report: int
    attachment: int
    parts: int
    share: int
