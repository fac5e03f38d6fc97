"""News of a case on its way into the talk in which its message was sent."""

from __future__ import annotations

from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.chats.kinds import Out, door_of
from otklik.flow.channels.chats.models import Talk


def send(text: str, buttons: tuple[tuple[str, str], ...], talk_id: int, key: int) -> Sent:
    """Send news with its buttons; what the other side does is an outcome, never an exception."""
    talk = Talk.objects.select_related("bot").filter(pk=talk_id, bot__active=True).first()
    if talk is None:
        return Sent(Outcome.REFUSED, note="бот выключен")
    return door_of(talk.bot).send(talk.bot, talk.peer, Out(text, buttons, key=key))
