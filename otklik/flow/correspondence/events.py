"""That one side wrote to the other; what was written is in no fact, and no fact is public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.flow.cases.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class CaseWritten(CaseFact):
    """An official wrote to the author; clocks run on."""

    kind: ClassVar[str] = "case.written"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Сотрудник написал автору",
        "en": "An official wrote to the author",
    }

    line: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseWrittenBack(CaseFact):
    """The author wrote to those who work on the case; clocks run on."""

    kind: ClassVar[str] = "case.written_back"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автор написал исполнителю",
        "en": "The author wrote to the executor",
    }

    line: int = 0
