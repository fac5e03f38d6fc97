"""MAX's Bot API: events checked by their secret header, words sent with buttons."""

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

URL = "https://platform-api2.max.ru"
HEADER = "x-max-bot-api-secret"
EVENTS = ["message_created", "message_callback", "bot_started"]
LONGEST_LABEL = 60
GONE = frozenset({400, 403, 404, 405, 413})
"""Answers that no new try mends."""


def genuine(bot: Bot, headers: Mapping[str, str], said: Mapping[str, Any]) -> bool:  # noqa: ARG001
    """Tell whether an event carries the secret that only MAX was told."""
    return hmac.compare_digest(headers.get(HEADER, "").encode(), bot.secret.encode())


def hello(bot: Bot, said: Mapping[str, Any]) -> str:  # noqa: ARG001
    """Return nothing: MAX asks no questions."""
    return ""


def key(said: Mapping[str, Any]) -> str:
    """Return what tells an event from others: MAX numbers messages and presses, not events."""
    kind = said["update_type"]
    if kind == "message_created":
        return f"m:{said['message']['body']['mid']}"
    if kind == "message_callback":
        return f"c:{said['callback']['callback_id'][-76:]}"
    return f"{kind}:{said.get('chat_id', '')}:{said['timestamp']}"


def read(said: Mapping[str, Any]) -> Heard | None:
    """Read a message, a pressed button, or that somebody opened the dialogue."""
    kind = said["update_type"]
    language = "en" if str(said.get("user_locale") or "").startswith("en") else "ru"
    if kind == "bot_started":
        return Heard(str(said["user"]["user_id"]), text="/start", language=language)
    message = said.get("message") or {}
    if kind not in EVENTS or message.get("recipient", {}).get("chat_type") != "dialog":
        return None
    if kind == "message_callback":
        pressed = said["callback"]
        return Heard(
            str(pressed["user"]["user_id"]), press=str(pressed.get("payload") or ""),
            receipt=str(pressed["callback_id"]), language=language,
        )  # fmt: skip
    return _message(message, language)


def _message(message: Mapping[str, Any], language: str) -> Heard | None:
    sender = message["sender"]
    if sender.get("is_bot"):
        return None
    body = message["body"]
    text, attached = str(body.get("text") or ""), body.get("attachments") or ()
    files = tuple(
        str(each["payload"]["url"]) for each in attached
        if each.get("type") in {"image", "file", "video"} and each["payload"].get("url")
    )  # fmt: skip
    point = next((each for each in attached if each.get("type") == "location"), None)
    return Heard(
        str(sender["user_id"]), text=text, files=files, language=language,
        point=(float(point["latitude"]), float(point["longitude"])) if point else None,
        unread=not (text or files or point),
    )  # fmt: skip


def overheard(bot: Bot, said: Mapping[str, Any]) -> Overheard | None:
    """Read a message of a group chat; of any, or of those the bot's settings name."""
    message = said.get("message") or {}
    chat, sender = message.get("recipient") or {}, message.get("sender") or {}
    asked = bot.settings.get("groups")
    if said.get("update_type") != "message_created" or chat.get("chat_type") != "chat":
        return None
    if sender.get("is_bot") or not sender or (asked and chat["chat_id"] not in asked):
        return None
    body = message["body"]
    return Overheard(
        "max", str(body["mid"]), str(body.get("text") or ""),
        datetime.fromtimestamp(message["timestamp"] / 1000, tz=UTC),
        author=str(sender.get("name") or sender.get("first_name") or ""),
        link=str(message.get("url") or ""),
        thread={"chat_id": chat["chat_id"], "mid": body["mid"]},
    )  # fmt: skip


def reply(bot: Bot, thread: Mapping[str, Any], text: str, key: int) -> Sent:  # noqa: ARG001
    """Reply to a message of a group chat."""
    body = {"text": text, "link": {"type": "reply", "mid": thread["mid"]}}
    return call(bot, f"messages?chat_id={int(thread['chat_id'])}", body)


def send(bot: Bot, peer: str, out: Out) -> Sent:
    """Send a message with its buttons."""
    body: dict[str, Any] = {"text": out.text}
    if out.buttons:
        rows = [
            [_button(*each, point=out.ask_point and not n)] for n, each in enumerate(out.buttons)
        ]
        body["attachments"] = [{"type": "inline_keyboard", "payload": {"buttons": rows}}]
    return call(bot, f"messages?user_id={int(peer)}", body)


def _button(label: str, press: str, *, point: bool) -> dict[str, Any]:
    if point:
        return {"type": "request_geo_location", "text": label[:LONGEST_LABEL], "quick": False}
    return {"type": "callback", "text": label[:LONGEST_LABEL], "payload": press}


def seen(bot: Bot, receipt: str) -> None:
    """Let MAX stop the wheel on a pressed button; of no matter if it does not hear."""
    call(bot, f"answers?callback_id={receipt}", {"notification": "✓"})


def fetch(bot: Bot, file: str, longest: int) -> tuple[str, bytes]:  # noqa: ARG001
    """Fetch a file by its address; http.HTTPError if it does not come."""
    reply = http.get(file, longest=longest + 1)
    if reply.later:
        raise http.HTTPError(f"HTTP {reply.status}")
    return "photo.jpg", reply.content if reply.ok else b""


def connect(bot: Bot, address: str) -> Sent:
    """Tell MAX where events go, and the secret that they must carry."""
    return call(
        bot, "subscriptions", {"url": address, "update_types": EVENTS, "secret": bot.secret}
    )


def call(bot: Bot, path: str, body: Mapping[str, Any]) -> Sent:
    """Call the API; an answer that may pass is worth a new try."""
    url = f"{(bot.url or URL).rstrip('/')}/{path}"
    try:
        reply = http.post(url, headers={"Authorization": bot.key}, json=dict(body))
    except http.HTTPError as error:
        return Sent(Outcome.RETRY, note=http.told(error), shut=True)
    if not reply.ok:
        shut = reply.status not in GONE
        outcome = Outcome.RETRY if shut else Outcome.REFUSED
        return Sent(outcome, note=f"HTTP {reply.status}", shut=shut)
    try:
        made = json.loads(reply.content)
    except ValueError:
        return Sent(Outcome.DELIVERED)
    if isinstance(made, dict) and made.get("success") is False:
        return Sent(Outcome.REFUSED, note=str(made.get("message", ""))[:300])
    mid = (made.get("message") or {}) if isinstance(made, dict) else {}
    mid = mid.get("body", {}).get("mid", "") if isinstance(mid, dict) else ""
    return Sent(Outcome.DELIVERED, reference=str(mid)[:80])
