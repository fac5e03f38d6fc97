"""What is told about people: ids only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PersonalDataSeen(Fact):
    """An official looked at personal data of the subject's author; `reason` is a list's code."""

    kind: ClassVar[str] = "person.data_seen"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Просмотрены личные данные: {what}",
        "en": "Personal data were seen: {what}",
    }

    what: str = ""
    reason: str = ""
