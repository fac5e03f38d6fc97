"""The verbs of chats: take an event, answer a piece of a dialogue, send what waits, forget."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from otklik.flow.channels.base import Outcome
from otklik.flow.channels.chats import jobs, queries, rules, turns
from otklik.flow.channels.chats.events import BotFact, DoorOpened, DoorShut
from otklik.flow.channels.chats.kinds import Out, door_of
from otklik.flow.channels.chats.models import Bot, ChatMessage, ChatReport, ChatUpdate, Talk
from otklik.flow.channels.chats.rules import Say
from otklik.flow.channels.ways import clockwork as ways
from otklik.flow.channels.ways.queries import shut
from otklik.flow.intake.files import examine_all
from otklik.flow.intake.held import hold
from otklik.flow.intake.queries import limits
from otklik.ground.kit import http
from otklik.ground.kit.sealing import peer_print
from otklik.ground.territories.queries import region
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from otklik.flow.channels.base import Sent
    from otklik.flow.channels.chats.kinds import Door
    from otklik.flow.channels.chats.rules import Draft, Heard
    from otklik.flow.intake.files import Upload
    from otklik.flow.intake.models import Report

logger = logging.getLogger(__name__)
SYSTEM = "system"
OLD = timedelta(days=3)
"""Words of a dialogue that could not be said for so long are said no more."""
GIVEN_UP = 20
"""Tries after which a piece that always fails is passed over, and its sender is told."""


@dataclass(frozen=True)
class Files:
    """What came with a piece: files that may be kept, why others may not, how many were lost."""

    uploads: Sequence[Upload] = ()
    wrong: str = ""
    lost: bool = False


@command
def take_update(bot: Bot, said: Mapping[str, Any], *, now: datetime) -> bool:
    """Keep an event for the worker; False if it was told before."""
    door = door_of(bot)
    update, fresh = ChatUpdate.objects.get_or_create(
        bot=bot, key=door.key(said)[:80],
        defaults={"region": bot.region, "content": dict(said), "at": now},
    )  # fmt: skip
    if not fresh:
        return False
    heard = _read(door, said)
    if heard is None:
        update.content, update.done_at = {}, now
    else:
        update.talk = _talk(bot, heard.peer, now)
        jobs.hear.defer(talk_id=update.talk.pk)
    update.save()
    return True


def _read(door: Door, said: Mapping[str, Any]) -> Heard | None:
    try:
        return door.read(said)
    except (KeyError, TypeError, ValueError, AttributeError):
        logger.warning("an event of an unknown shape was passed over", exc_info=True)
        return None


def _talk(bot: Bot, peer: str, now: datetime) -> Talk:
    return Talk.objects.get_or_create(
        bot=bot, peer_print=peer_print(peer),
        defaults={"region": bot.region, "peer": peer, "next_at": now, "begun_at": now,
                  "touched_at": now},
    )[0]  # fmt: skip


def hear_all(talk_id: int, *, now: Callable[[], datetime]) -> int:
    """Answer what waits in a talk, in order, until nothing waits or a file does not come."""
    heard = 0
    while (update := _claim(talk_id, now=now())) is not None:
        piece = door_of(update.bot).read(update.content)
        if piece is not None:
            try:
                files = _fetched(update, piece)
            except http.HTTPError as error:
                _later(talk_id, error, now=now())
                break
            _answer(update.pk, piece, files, now=now())
            if piece.receipt:
                door_of(update.bot).seen(update.bot, piece.receipt)
        heard += 1
    return heard


@command
def _claim(talk_id: int, *, now: datetime) -> ChatUpdate | None:
    ready = Talk.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    talk = ready.filter(pk=talk_id, next_at__lte=now).first()
    if talk is None:
        return None
    waiting = talk.updates.filter(done_at=None).select_related("bot", "talk")
    update = waiting.order_by("pk").first()
    if update is None:
        return None
    if talk.tries >= GIVEN_UP:
        logger.error("a piece of talk %s always fails: passed over", talk.pk)
        _done(update, now)
        say(talk, [Say("failed")], now=now)
        talk.tries = 0
        talk.save(update_fields=["tries"])
        jobs.hear.defer(talk_id=talk.pk)
        return None
    talk.tries, talk.next_at = talk.tries + 1, now + rules.CLAIM
    talk.save(update_fields=["tries", "next_at"])
    update.talk = talk
    return update


def _fetched(update: ChatUpdate, piece: Heard) -> Files:
    """Fetch and look into what came with a piece; http.HTTPError if it is worth trying again."""
    bound, uploads, lost = limits(), [], False
    for file in piece.files:
        try:
            name, content = door_of(update.bot).fetch(update.bot, file, bound.video_mb * 2**20)
        except http.HTTPError:
            assert update.talk is not None
            if update.talk.tries < rules.FILES_GIVEN_UP:
                raise
            name, content = "", b""
        lost = lost or not content
        if content:
            uploads.append(SimpleUploadedFile(name or "photo.jpg", content))
    _, problems = examine_all(uploads, bound)
    return Files(uploads, ". ".join(each.ru for each in problems), lost)


@command
def _later(talk_id: int, error: http.HTTPError, *, now: datetime) -> None:
    talk = Talk.objects.select_for_update(no_key=True).get(pk=talk_id)
    talk.next_at = now + rules.wait(talk.tries)
    talk.save(update_fields=["next_at"])
    logger.warning("a file of talk %s did not come: %s", talk_id, http.told(error))


@command
def _answer(update_id: int, piece: Heard, files: Files, *, now: datetime) -> None:
    """Answer one piece, once: its event is done in the same transaction."""
    update = ChatUpdate.objects.select_for_update(no_key=True, of=("self",)).get(pk=update_id)
    if update.done_at is not None:
        return
    talk = Talk.objects.select_for_update(no_key=True, of=("self",)).select_related("bot").get(
        pk=update.talk_id or 0
    )  # fmt: skip
    talk.language = piece.language or talk.language
    step = rules.advance(rules.Draft.from_data(talk.draft), piece)
    wrong = [Say("file_wrong", {"why": files.wrong})] if files.wrong else []
    if files.lost:
        wrong.append(Say("file_lost"))
    if step.deed in {"", "silent"}:
        step = replace(step, draft=_with_files(step.draft, files.uploads))
    turn = turns.Turn(talk, step, f"{update.bot_id}:{update.key}"[:80], now, files.uploads)
    draft, said = turns.take(turn)
    talk.draft, talk.drafted = draft.to_data(), draft != rules.Draft()
    talk.touched_at, talk.tries, talk.next_at = now, 0, now
    talk.save()
    _done(update, now)
    say(talk, [*wrong, *said], now=now)


def _with_files(draft: Draft, uploads: Sequence[Upload]) -> Draft:
    """Put files aside for the draft; what is over the limit is not taken."""
    bound = limits()
    room = bound.files - len(draft.files)
    held = hold(uploads[:room], bound) if room > 0 else []
    return replace(draft, files=(*draft.files, *((each.name, each.token) for each in held)))


def _done(update: ChatUpdate, now: datetime) -> None:
    update.content, update.done_at = {}, now
    update.save(update_fields=["content", "done_at"])


@command
def say(talk: Talk, said: Sequence[Say], *, now: datetime) -> None:
    """Queue words for a person, with their job: both or neither."""
    for each in said:
        text = rules.filled(queries.words(each.code, talk.language), each.values)
        if not text:
            continue
        buttons = [[queries.label(b.label, talk.language), b.press] for b in each.buttons]
        ChatMessage.objects.create(
            region=talk.region, bot=talk.bot, talk=talk, text=text, buttons=buttons,
            ask_point=each.ask_point, created_at=now, changed_at=now,
        )  # fmt: skip
    if said:
        jobs.deliver.defer(bot_id=talk.bot_id)


def deliver_all(bot_id: int, *, now: Callable[[], datetime]) -> int:
    """Send what waits for a bot, in order, until nothing waits or its door is shut."""
    sent = 0
    while (message := _next(bot_id, now=now())) is not None:
        buttons = tuple((label, press) for label, press in message.buttons)
        out = Out(message.text, buttons, ask_point=message.ask_point, key=2 * message.pk)
        outcome = door_of(message.bot).send(message.bot, message.talk.peer, out)
        if not _note(message.pk, outcome, now=now()):
            break
        sent += 1
    return sent


@command
def _next(bot_id: int, *, now: datetime) -> ChatMessage | None:
    """Take the first that waits; None if the door is shut or another sends now."""
    ready = Bot.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    bot = ready.filter(pk=bot_id, active=True).exclude(next_at__gt=now).first()
    if bot is None or ways.shut_until(bot.way, now) is not None:
        return None
    waiting = ChatMessage.objects.filter(bot=bot, state=ChatMessage.State.QUEUED)
    message = waiting.select_related("talk").order_by("pk").first()
    if message is None:
        return None
    Bot.objects.filter(pk=bot.pk).update(next_at=now + rules.CLAIM)
    ChatMessage.objects.filter(pk=message.pk).update(tries=message.tries + 1)
    message.bot = bot
    return message


@command
def _note(message_id: int, sent: Sent, *, now: datetime) -> bool:
    """Write down what became of a try; False if the door is shut."""
    message = ChatMessage.objects.get(pk=message_id)
    note_door(message.bot_id, sent, now=now)
    message.note, message.changed_at = sent.note[:300], now
    if sent.outcome != Outcome.RETRY or now - message.created_at > OLD:
        message.state = _state(sent)
        if not settings.DEMO:
            message.text, message.buttons = "", []
    message.save()
    return sent.outcome != Outcome.RETRY


def _state(sent: Sent) -> ChatMessage.State:
    done = sent.outcome == Outcome.DELIVERED
    return ChatMessage.State.DELIVERED if done else ChatMessage.State.REFUSED


@command
def note_door(bot_id: int, sent: Sent, *, now: datetime) -> None:
    """Let a bot's door be known as shut after a failure, as open after any answer."""
    bot = Bot.objects.select_for_update(no_key=True, of=("self",)).get(pk=bot_id)
    before = bot.way in shut()
    ways.note(bot.way, replace(sent, shut=sent.outcome == Outcome.RETRY), now)
    Bot.objects.filter(pk=bot.pk).update(next_at=None)
    if before != (after := sent.outcome == Outcome.RETRY):
        _tell(bot, DoorShut if after else DoorOpened, now)


def _tell(bot: Bot, fact: type[BotFact], now: datetime) -> None:
    record(fact(region=bot.region_id, subject=f"bot:{bot.pk}", actor=SYSTEM, at=now, bot=bot.pk))


def connect(bot: Bot) -> Sent:
    """Tell a messenger where its events go."""
    return door_of(bot).connect(bot, f"{settings.SITE_URL}/hooks/chats/{bot.address}/")


@command
def forget_old(*, now: datetime) -> dict[str, int]:
    """Erase abandoned drafts, events and words past their days, and talks that led to nothing."""
    told, here = queries.chat_rules(), {"region": region()}
    talks, updates = Talk.objects.filter(**here), ChatUpdate.objects.filter(**here)
    messages = ChatMessage.objects.filter(**here).exclude(state="queued")

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    abandoned = talks.filter(touched_at__lt=before(told.draft_days), drafted=True)
    return {
        "drafts": abandoned.update(draft={}, drafted=False),
        "updates": updates.filter(done_at__lt=before(told.update_days)).delete()[0],
        "messages": messages.filter(changed_at__lt=before(told.update_days)).delete()[0],
        "talks": talks.filter(
            touched_at__lt=before(told.talk_days), reports=None
        ).delete()[0],
    }  # fmt: skip


@command
def follow_in_talk(report: Report, source: Report, *, now: datetime) -> None:
    """Let a message be heard of where another one was sent, if that was in a talk."""
    link = ChatReport.objects.filter(report=source).first()
    if link is not None:
        ChatReport.objects.create(region_id=link.region_id, talk=link.talk, report=report, at=now)
