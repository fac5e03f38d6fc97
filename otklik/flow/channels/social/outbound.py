"""Short replies on their way into the very thread that a finding stands in."""

from __future__ import annotations

from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.chats.kinds import door_of
from otklik.flow.channels.social.models import Mention


def send(text: str, mention_id: int, key: int) -> Sent:
    """Reply under a finding; the note tells where the reply stands."""
    mention = Mention.objects.select_related("bot").filter(pk=mention_id).first()
    if mention is None or mention.bot is None or not mention.bot.active or not mention.thread:
        return Sent(Outcome.REFUSED, note="ответить там может только человек")
    return door_of(mention.bot).reply(mention.bot, mention.thread, text, key)
