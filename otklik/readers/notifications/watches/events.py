"""What is told of subscriptions: that there is one, never whose address or where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class WatchAsked(Fact):
    """Somebody asked to be told of a place, a topic or a message."""

    kind: ClassVar[str] = "watch.asked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {"ru": "Попросили подписку", "en": "A watch was asked"}


@dataclass(frozen=True, kw_only=True)
class WatchBegun(Fact):
    """The owner of the address said yes."""

    kind: ClassVar[str] = "watch.begun"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {"ru": "Подписка началась", "en": "A watch began"}


@dataclass(frozen=True, kw_only=True)
class WatchEnded(Fact):
    """Its owner signed off, or the address does not take letters."""

    kind: ClassVar[str] = "watch.ended"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {"ru": "Подписка окончена", "en": "A watch ended"}
