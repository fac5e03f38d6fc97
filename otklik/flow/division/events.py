"""That one message became several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.flow.cases.events import CaseFact


@dataclass(frozen=True, kw_only=True)
class CaseDivided(CaseFact):
    """A moderator found several matters in a message: one goes on under a number of its own."""

    kind: ClassVar[str] = "case.divided"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Ещё один вопрос выделен в № {into}",
        "en": "Another matter was taken out as No. {into}",
    }

    into: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseTakenOut(CaseFact):
    """This message is a part of another, taken out of it by a moderator."""

    kind: ClassVar[str] = "case.taken_out"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Выделено из № {source}",
        "en": "Taken out of No. {source}",
    }

    source: str = ""
