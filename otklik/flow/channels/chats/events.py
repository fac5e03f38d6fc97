"""What is told of bots: ids only, never a person or a word of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class BotFact(Fact):
    """A bot by its id."""

    abstract: ClassVar[bool] = True
    public: ClassVar[bool] = False

    bot: int


@dataclass(frozen=True, kw_only=True)
class DoorShut(BotFact):
    """A messenger stopped answering; what is said to people waits."""

    kind: ClassVar[str] = "door.shut"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Мессенджер не отвечает: сообщения ждут",
        "en": "The messenger does not answer: messages wait",
    }


@dataclass(frozen=True, kw_only=True)
class DoorOpened(BotFact):
    """A messenger answers again."""

    kind: ClassVar[str] = "door.opened"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Мессенджер снова отвечает",
        "en": "The messenger answers again",
    }
