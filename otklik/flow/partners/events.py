"""What is told of other systems' news."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.flow.cases.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class UpdateTaken(CaseFact):
    """The system that brought a message told more of it; `said` is the status it named."""

    kind: ClassVar[str] = "update.taken"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Пришли сведения из системы, передавшей сообщение",
        "en": "News came from the system that passed the message on",
    }

    update: int
    said: str = ""
