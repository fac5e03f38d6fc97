"""What the map tells the rest: a place was marked red, a mark ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class HeatMarked(Fact):
    """A place turned red and stays so: by its index, a crowd of neighbours or the duty officer.

    `place` is a territory's code or an H3 cell's name, `level` its resolution or "territory".
    """

    kind: ClassVar[str] = "heat.marked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Место отмечено на карте красным",
        "en": "The place was marked red on the map",
    }

    place: str
    level: str
    reason: str
    territory: str = ""
    topic: str = ""
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class HeatUnmarked(Fact):
    """A mark on a place ended."""

    kind: ClassVar[str] = "heat.unmarked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Красная отметка снята",
        "en": "The red mark was removed",
    }

    place: str
    level: str
    reason: str
    territory: str = ""
    topic: str = ""
