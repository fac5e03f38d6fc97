"""The verbs of findings: note one, take it to work, dismiss it, place a reply, forget."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from otklik.flow.channels.social import events, queries, rules
from otklik.flow.channels.social.models import Mention
from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.commands import receive
from otklik.flow.triage.queries import classify
from otklik.ground.kit.text import clean
from otklik.ground.territories.queries import locate, region, territories
from otklik.ground.topics.queries import directory, fact, topics
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.channels.chats.models import Bot
    from otklik.flow.channels.social.rules import Overheard
    from otklik.ground.accounts.models import Official
    from otklik.ground.topics.models import Topic

SYSTEM = "system"


def note_mention(
    said: Overheard, *, bot: Bot | None = None, by: str = SYSTEM, asked: bool = False,
    now: datetime,
) -> Mention | None:  # fmt: skip
    """Keep what may be somebody's trouble; None for what is none, or was noted before.

    What a monitoring service brings was `asked` for: it has been looked at there.
    """
    text = clean(said.text).strip()[: rules.LONGEST]
    set_ = queries.social_rules()
    if not rules.speaks(text, 1 if asked else set_.fewest_words):
        return None
    found = classify(text, now=now).facts
    topic, score = (found[0].topic, found[0].score) if found else (None, 0.0)
    always, never = queries.phrases("always"), queries.phrases("never")
    if not asked and not rules.is_trouble(text, score, set_, always, never):
        return None
    return _note(said, text, topic, score, bot=bot, by=by, now=now)


@command
def _note(
    said: Overheard, text: str, topic: Topic | None, score: float, *, bot: Bot | None, by: str,
    now: datetime,
) -> Mention | None:  # fmt: skip
    place = locate(said.place) if said.place else None
    mention, fresh = Mention.objects.get_or_create(
        region=region(), network=said.network, key=rules.key_of(said.key, said.link, text),
        defaults={
            "bot": bot, "text": text, "author": said.author[:120], "link": said.link[:300],
            "thread": said.thread, "topic": topic, "score": score,
            "territory": territories().get(place.territory) if place else None,
            "written_at": said.written_at, "found_at": now,
        },
    )  # fmt: skip
    if not fresh:
        return None
    _tell(mention, events.MentionFound, by, now)
    return mention


def take_mentions(found: Sequence[Overheard], *, by: str, now: datetime) -> int:
    """Keep what a monitoring service brought; return how many were new."""
    noted = queries.known(found)
    fresh = [
        each for each in found
        if (each.network, rules.key_of(each.key, each.link, each.text)) not in noted
    ]  # fmt: skip
    kept = [note_mention(each, by=by, asked=True, now=now) for each in fresh]
    return sum(each is not None for each in kept)


def _tell(
    mention: Mention, kind: type[events.MentionFact], by: str, now: datetime, **more: Any
) -> None:
    record(
        kind(
            region=mention.region_id, subject=f"mention:{mention.pk}", actor=by, at=now,
            mention=mention.pk, network=mention.network, **more,
        )
    )  # fmt: skip


def _open(mention_id: int) -> Mention:
    rows = Mention.objects.select_for_update(no_key=True, of=("self",))
    mention = rows.get(pk=mention_id)
    if mention.state != Mention.State.FOUND:
        raise rules.Refused({"": _("Об этой находке уже решено. Обновите страницу")})
    return mention


@command
def confirm_mention(
    mention_id: int, *, topic: str, address: str = "", by: Official, now: datetime
) -> Mention:
    """Make a message of a finding: it goes on as an incident, under that regime's terms."""
    mention = _open(mention_id)
    chosen = _topic(topic)
    if chosen is None:
        raise rules.Refused({"topic": _("Выберите тему")})
    new = intake_rules.NewReport(
        text=mention.text, channel="social", idempotency_key=f"mention:{mention.pk}",
        topic=chosen.code, place="address" if address.strip() else "unknown", address=address,
        contact="chat",
    )  # fmt: skip
    try:
        receipt = receive(new, now=now)
    except intake_rules.Refused as refusal:
        raise rules.Refused({each.field: each.ru for each in refusal.problems}) from None
    mention.state, mention.topic, mention.report_id = "confirmed", chosen, receipt.report_id
    mention.decided_by, mention.decided_at = by, now
    mention.save()
    _tell(mention, events.MentionConfirmed, by.ref, now, report=receipt.report_id)
    return mention


def _topic(said: str) -> Topic | None:
    """Return the fact of a code or of a title."""
    title = said.strip().lower()
    return fact(said) or next((t for t in topics().facts if t.title_ru.lower() == title), None)


@command
def dismiss_mention(mention_id: int, *, reason: str, by: Official, now: datetime) -> Mention:
    """Say that a finding is no trouble of ours; its words and its author are forgotten."""
    mention = _open(mention_id)
    if reason not in directory(queries.REASONS):
        raise rules.Refused({"reason": _("Выберите причину")})
    mention.state, mention.reason = Mention.State.DISMISSED, reason
    mention.text = mention.author = mention.link = ""
    mention.thread, mention.decided_by, mention.decided_at = {}, by, now
    mention.save()
    _tell(mention, events.MentionDismissed, by.ref, now, reason=reason)
    return mention


@command
def note_reply(mention_id: int, *, link: str, by: Official, now: datetime) -> Mention:
    """Take an official's word that the reply stands under a finding, and where."""
    rows = Mention.objects.select_for_update(no_key=True, of=("self",))
    mention = rows.get(pk=mention_id, state=Mention.State.CONFIRMED)
    if not link.startswith(("https://", "http://")):
        raise rules.Refused({"link": _("Вставьте ссылку на размещённый ответ")})
    mention.reply, mention.replied_at = link[:300], now
    mention.save(update_fields=["reply", "replied_at"])
    _tell(mention, events.MentionReplied, by.ref, now)
    return mention


@command
def forget_old(*, now: datetime) -> int:
    """Delete findings that nobody decided about, and dismissed ones, past their days."""
    since = now - timedelta(days=queries.social_rules().mention_days)
    old = Mention.objects.filter(region=region(), found_at__lt=since)
    return old.exclude(state=Mention.State.CONFIRMED).delete()[0]
