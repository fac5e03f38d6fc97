"""What is told of exports, erasing and terms: numbers of rows, never whose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ExportAsked(Fact):
    """An official asked for a mass export."""

    kind: ClassVar[str] = "export.asked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Запрошена выгрузка: строк {rows}",
        "en": "An export was asked for: {rows} rows",
    }

    rows: int


@dataclass(frozen=True, kw_only=True)
class ExportDecided(Fact):
    """Another official allowed or refused the export; `state` is approved or refused."""

    kind: ClassVar[str] = "export.decided"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Решение о выгрузке: {state}",
        "en": "The export was decided: {state}",
    }

    state: str


@dataclass(frozen=True, kw_only=True)
class ExportMade(Fact):
    """The file of an export is ready."""

    kind: ClassVar[str] = "export.made"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Выгрузка готова: строк {rows}",
        "en": "The export is ready: {rows} rows",
    }

    rows: int


@dataclass(frozen=True, kw_only=True)
class ExportTaken(Fact):
    """The file of an export was downloaded."""

    kind: ClassVar[str] = "export.taken"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Выгрузка скачана: строк {rows}",
        "en": "The export was downloaded: {rows} rows",
    }

    rows: int


@dataclass(frozen=True, kw_only=True)
class ErasureAsked(Fact):
    """A person asked to be forgotten."""

    kind: ClassVar[str] = "erasure.asked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Человек просит стереть его данные",
        "en": "A person asks to be forgotten",
    }


@dataclass(frozen=True, kw_only=True)
class ErasureDecided(Fact):
    """An official checked the request, confirmed it as the second, or refused."""

    kind: ClassVar[str] = "erasure.decided"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Решение о стирании: {state}",
        "en": "The erasure was decided: {state}",
    }

    state: str


@dataclass(frozen=True, kw_only=True)
class PersonForgotten(Fact):
    """A person's data are gone; the journal keeps only that something happened."""

    kind: ClassVar[str] = "person.forgotten"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Данные человека стёрты, сообщений: {reports}",
        "en": "A person's data were erased, messages: {reports}",
    }

    reports: int


@dataclass(frozen=True, kw_only=True)
class FileSealed(Fact):
    """The author of an appeal was erased; its file lies sealed until the law's term ends."""

    kind: ClassVar[str] = "kept.sealed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Дело опечатано до конца срока хранения, документов: {pieces}",
        "en": "The file was sealed until its term ends, papers: {pieces}",
    }

    pieces: int


@dataclass(frozen=True, kw_only=True)
class FileOpened(Fact):
    """A sealed file was opened at the server; why is kept beside it."""

    kind: ClassVar[str] = "kept.opened"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Опечатанное дело открыто, документов: {pieces}",
        "en": "The sealed file was opened, papers: {pieces}",
    }

    pieces: int


@dataclass(frozen=True, kw_only=True)
class TermRanOut(Fact):
    """Old data were depersonalised or deleted, as the terms say."""

    kind: ClassVar[str] = "retention.done"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Истёк срок хранения ({what}): {count}",
        "en": "The term ran out ({what}): {count}",
    }

    what: str
    count: int
