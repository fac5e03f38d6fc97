"""Telegram's Bot API: events checked by their secret header, words sent with buttons."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.chats.rules import Heard
from otklik.flow.channels.social.rules import Overheard
from otklik.ground.kit import http

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otklik.flow.channels.chats.kinds import Out
    from otklik.flow.channels.chats.models import Bot

URL = "https://api.telegram.org"
HEADER = "x-telegram-bot-api-secret-token"
LONGEST_LABEL = 60
GONE = frozenset({400, 403})
"""The person blocked the bot or is no more, or the words do not fit: never by trying again."""


def genuine(bot: Bot, headers: Mapping[str, str], said: Mapping[str, Any]) -> bool:  # noqa: ARG001
    """Tell whether an event carries the secret that only Telegram was told."""
    return hmac.compare_digest(headers.get(HEADER, "").encode(), bot.secret.encode())


def hello(bot: Bot, said: Mapping[str, Any]) -> str:  # noqa: ARG001
    """Return nothing: Telegram asks no questions."""
    return ""


def key(said: Mapping[str, Any]) -> str:
    """Return the event's number."""
    return str(said["update_id"])


def read(said: Mapping[str, Any]) -> Heard | None:
    """Read a message or a pressed button of a private chat."""
    pressed = said.get("callback_query")
    message = pressed.get("message") if pressed else said.get("message")
    if not message or message["chat"].get("type") != "private":
        return None
    peer = str(message["chat"]["id"])
    language = _language((pressed or message).get("from") or {})
    if pressed:
        return Heard(
            peer, press=str(pressed.get("data", "")), receipt=str(pressed["id"]), language=language
        )
    files, point = _files(message), message.get("location")
    text = str(message.get("text") or message.get("caption") or "")
    return Heard(
        peer, text=text, files=files,
        point=(float(point["latitude"]), float(point["longitude"])) if point else None,
        album=str(message.get("media_group_id") or ""),
        unread=not (text or files or point), language=language,
    )  # fmt: skip


def overheard(bot: Bot, said: Mapping[str, Any]) -> Overheard | None:
    """Read a message of a group the bot sits in; of any group, or of those the bot's settings name.

    A channel's own posts, as they stand in its discussion group, are nobody's trouble.
    """
    message = said.get("message") or {}
    chat = message.get("chat") or {}
    asked = bot.settings.get("groups")
    if chat.get("type") not in {"group", "supergroup"} or (asked and chat["id"] not in asked):
        return None
    sender = message.get("from") or {}
    if sender.get("is_bot") or message.get("is_automatic_forward") or "sender_chat" in message:
        return None
    text = str(message.get("text") or message.get("caption") or "")
    name, number = str(chat.get("username") or ""), str(chat["id"]).removeprefix("-100")
    at = f"https://t.me/{name or f'c/{number}'}/{message['message_id']}"
    thread = {"chat_id": chat["id"], "message_id": message["message_id"]}
    if message.get("is_topic_message"):
        thread["topic"] = message["message_thread_id"]
    author = " ".join(filter(None, (sender.get("first_name"), sender.get("last_name"))))
    return Overheard(
        "telegram", f"{chat['id']}_{message['message_id']}", text,
        datetime.fromtimestamp(message["date"], tz=UTC), author=author, link=at, thread=thread,
    )  # fmt: skip


def reply(bot: Bot, thread: Mapping[str, Any], text: str, key: int) -> Sent:  # noqa: ARG001
    """Reply to a message of a group in its thread; the note tells where."""
    body = {
        "chat_id": thread["chat_id"], "text": text,
        "reply_parameters": {"message_id": thread["message_id"]},
        "link_preview_options": {"is_disabled": True},
    }  # fmt: skip
    if "topic" in thread:
        body["message_thread_id"] = thread["topic"]
    sent, told = _call(bot, "sendMessage", body)
    if sent.outcome != Outcome.DELIVERED:
        return sent
    number = str(thread["chat_id"]).removeprefix("-100")
    return Sent(sent.outcome, note=f"https://t.me/c/{number}/{told.get('message_id', '')}")


def _language(sender: Mapping[str, Any]) -> str:
    code = str(sender.get("language_code") or "")[:2]
    return "en" if code == "en" else "ru"


def _files(message: Mapping[str, Any]) -> tuple[str, ...]:
    if sizes := message.get("photo"):
        largest = max(sizes, key=lambda each: each["width"] * each["height"])
        return (str(largest["file_id"]),)
    found = message.get("document") or message.get("video")
    return (str(found["file_id"]),) if found else ()


def send(bot: Bot, peer: str, out: Out) -> Sent:
    """Send a message with its buttons."""
    body: dict[str, Any] = {
        "chat_id": int(peer), "text": out.text,
        "link_preview_options": {"is_disabled": True},
    }  # fmt: skip
    if out.ask_point:
        place, *others = out.buttons
        rows = [[{"text": place[0], "request_location": True}], *([{"text": o[0]}] for o in others)]
        body["reply_markup"] = {
            "keyboard": rows, "one_time_keyboard": True, "resize_keyboard": True,
        }  # fmt: skip
    elif out.buttons:
        rows = [[{"text": t[:LONGEST_LABEL], "callback_data": p}] for t, p in out.buttons]
        body["reply_markup"] = {"inline_keyboard": rows}
    return _call(bot, "sendMessage", body)[0]


def seen(bot: Bot, receipt: str) -> None:
    """Let Telegram stop the wheel on a pressed button; of no matter if it does not hear."""
    _call(bot, "answerCallbackQuery", {"callback_query_id": receipt})


def fetch(bot: Bot, file: str, longest: int) -> tuple[str, bytes]:
    """Fetch a file in Telegram's two steps; http.HTTPError if it does not come."""
    sent, told = _call(bot, "getFile", {"file_id": file})
    if sent.outcome == Outcome.RETRY:
        raise http.HTTPError(sent.note)
    path = str(told.get("file_path", ""))
    if not path:
        return "", b""
    reply = http.get(f"{_base(bot)}/file/bot{bot.key}/{path}", longest=longest + 1)
    if reply.later:
        raise http.HTTPError(f"HTTP {reply.status}")
    return path.rsplit("/", 1)[-1], reply.content if reply.ok else b""


def connect(bot: Bot, address: str) -> Sent:
    """Tell Telegram where events go, and the secret that they must carry."""
    body = {
        "url": address, "secret_token": bot.secret,
        "allowed_updates": ["message", "callback_query"],
    }  # fmt: skip
    return _call(bot, "setWebhook", body)[0]


def _base(bot: Bot) -> str:
    return (bot.url or URL).rstrip("/")


def _call(bot: Bot, method: str, body: Mapping[str, Any]) -> tuple[Sent, dict[str, Any]]:
    try:
        reply = http.post(f"{_base(bot)}/bot{bot.key}/{method}", json=dict(body))
        told = json.loads(reply.content)
        told = told if isinstance(told, dict) else {}
    except http.HTTPError as error:
        return Sent(Outcome.RETRY, note=http.told(error), shut=True), {}
    except ValueError:
        return Sent(Outcome.RETRY, note=f"HTTP {reply.status}", shut=True), {}
    if reply.ok and told.get("ok"):
        result = told.get("result")
        result = result if isinstance(result, dict) else {}
        return Sent(Outcome.DELIVERED, reference=str(result.get("message_id", ""))), result
    shut = reply.status not in GONE
    note = f"HTTP {reply.status} {told.get('description', '')}".strip()[:300]
    return Sent(Outcome.RETRY if shut else Outcome.REFUSED, note=note, shut=shut), {}
