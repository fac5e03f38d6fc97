"""Reading bots, talks and what waits; the words that chats speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Min, OuterRef

from otklik.flow.cases.models import Case
from otklik.flow.channels.chats import rules
from otklik.flow.channels.chats.models import Bot, ChatMessage, ChatReport, ChatUpdate, Talk
from otklik.ground.kit.text import phrase_in
from otklik.ground.territories.queries import region, set_by
from otklik.ground.topics.queries import directory

if TYPE_CHECKING:
    from datetime import datetime

TEXTS = "chat_texts"
LISTED = 5
NONE = (0, None)


def chat_rules() -> rules.ChatRules:
    """Return what the administrator set."""
    return set_by("chats", rules.ChatRules)


def bot_by_address(address: str) -> Bot | None:
    """Return the active bot that has this part of an address."""
    return Bot.objects.filter(region=region(), address=address, active=True).first()


def waits_for_reply(number: str) -> bool:
    """Tell whether a message waits for its author's answer to a question."""
    return Case.objects.filter(region=region(), number=number, status="clarification").exists()


def words(code: str, language: str = "ru") -> str:
    """Return a text of the small list `chat_texts`; the code itself where there is none."""
    line = directory(TEXTS).get(code)
    if line is None:
        return code
    english = language == "en"
    title = (english and line.title_en) or line.title_ru
    return (english and line.hint_en) or line.hint_ru or title


def label(code: str, language: str = "ru") -> str:
    """Return the words of a button; what has none in the list is words itself."""
    return words(f"button_{code}", language) if f"button_{code}" in directory(TEXTS) else code


def danger_in(text: str) -> bool:
    """Tell whether words speak of a danger that waits for no message."""
    for line in directory("call_dangers").values():
        if phrase_in(text, line.extra.get("phrases", [])):
            return True
    return False


def due_talks(now: datetime) -> list[int]:
    """Return the talks in which something waits to be read."""
    waits = ChatUpdate.objects.filter(talk=OuterRef("pk"), done_at=None)
    found = Talk.objects.filter(Exists(waits), region=region(), next_at__lte=now)
    return list(found.values_list("pk", flat=True))


def due_bots(now: datetime) -> list[int]:
    """Return the bots that have something to say and whose pause is over."""
    waits = ChatMessage.objects.filter(bot=OuterRef("pk"), state="queued")
    found = Bot.objects.filter(Exists(waits), region=region(), active=True)
    return list(found.exclude(next_at__gt=now).values_list("pk", flat=True))


@dataclass(frozen=True)
class Standing:
    """How a bot's door stands: what waits to be said, what came and was not read yet."""

    bot: Bot
    waiting: int
    unread: int
    since: datetime | None


def standings() -> list[Standing]:
    """Return how every active bot stands."""
    here = {"region": region()}
    queued = ChatMessage.objects.filter(**here, state="queued").values("bot")
    waiting = {
        row["bot"]: (row["count"], row["since"])
        for row in queued.annotate(count=Count("pk"), since=Min("created_at")).order_by()
    }
    came = ChatUpdate.objects.filter(**here, done_at=None).values("bot")
    unread = {row["bot"]: row["count"] for row in came.annotate(count=Count("pk")).order_by()}
    return [
        Standing(each, waiting.get(each.pk, NONE)[0], unread.get(each.pk, 0),
                 waiting.get(each.pk, NONE)[1])
        for each in Bot.objects.filter(**here, active=True)
    ]  # fmt: skip


def cases_of(talk: Talk) -> list[Case]:
    """Return the newest cases whose messages were sent in a talk."""
    found = ChatReport.objects.filter(talk=talk).exclude(report__case=None)
    related = ("report__case__topic", "report__case__organisation")
    return [each.report.case for each in found.select_related(*related)[:LISTED]]


def is_own(talk: Talk, number: str) -> bool:
    """Tell whether a message was sent in this talk."""
    return ChatReport.objects.filter(talk=talk, report__number=number).exists()


def chat_of(report_id: int) -> Talk | None:
    """Return the talk in which a message was sent, while its bot works."""
    found = ChatReport.objects.filter(report=report_id, talk__bot__active=True)
    link = found.select_related("talk__bot").first()
    return link.talk if link else None
