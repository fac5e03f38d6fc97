"""The messengers we speak with: each folder reads its events and sends what is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from otklik.flow.channels.max import door as max_
from otklik.flow.channels.telegram import door as telegram
from otklik.flow.channels.vk import door as vk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otklik.flow.channels.base import Sent
    from otklik.flow.channels.chats.models import Bot
    from otklik.flow.channels.chats.rules import Heard
    from otklik.flow.channels.social.rules import Overheard


@dataclass(frozen=True)
class Out:
    """Words for a person: buttons are rows of (label, press); `key` is the same at every try."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    ask_point: bool = False
    key: int = 0


class Door(Protocol):
    """What a messenger's folder does. None raises for what the other side does, but `fetch`."""

    def genuine(self, bot: Bot, headers: Mapping[str, str], said: Mapping[str, Any]) -> bool:
        """Tell whether an event is the messenger's own."""

    def hello(self, bot: Bot, said: Mapping[str, Any]) -> str:
        """Return what a question of the messenger itself is answered by, nothing for an event."""

    def key(self, said: Mapping[str, Any]) -> str:
        """Return the event's own number: told again, it is the same event."""

    def read(self, said: Mapping[str, Any]) -> Heard | None:
        """Read a piece of a dialogue; None for what is none."""

    def overheard(self, bot: Bot, said: Mapping[str, Any]) -> Overheard | None:
        """Read a message of an open chat or a comment; None for what is none."""

    def reply(self, bot: Bot, thread: Mapping[str, Any], text: str, key: int) -> Sent:
        """Reply in the very thread, once; the note tells where the reply stands."""

    def send(self, bot: Bot, peer: str, out: Out) -> Sent:
        """Say something to a person, once."""

    def seen(self, bot: Bot, receipt: str) -> None:
        """Let the messenger know that a pressed button was heard; failing is of no matter."""

    def fetch(self, bot: Bot, file: str, longest: int) -> tuple[str, bytes]:
        """Return a file's name and content; http.HTTPError if the door is shut."""

    def connect(self, bot: Bot, address: str) -> Sent:
        """Tell the messenger where its events go."""


KINDS: dict[str, Any] = {"telegram": telegram, "vk": vk, "max": max_}


def door_of(bot: Bot) -> Door:
    """Return the door of a bot's messenger."""
    found: Door = KINDS[bot.kind]
    return found
