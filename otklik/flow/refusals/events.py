"""That a sample of refusals was drawn and looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RefusalsDrawn(Fact):
    """A week's sample of refusals was drawn for an independent look."""

    kind: ClassVar[str] = "refusals.drawn"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Выборка отказов за неделю: {count} из {of}",
        "en": "The week's sample of refusals: {count} of {of}",
    }

    of: int
    count: int
    share: int


@dataclass(frozen=True, kw_only=True)
class RefusalChecked(Fact):
    """An independent look found a refusal right or wrong."""

    kind: ClassVar[str] = "refusals.checked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Отказ проверен по выборке",
        "en": "A refusal of the sample was checked",
    }

    check: int
    right: bool
