"""VK's Callback API and its methods: events checked by the secret in them, words sent with buttons.

`settings` of a bot: `group_id` of the community and the `confirmation` string that VK asks for.
"""

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

URL = "https://api.vk.com/method"
VERSION = "5.199"
LONGEST_LABEL = 40
ENGLISH = 3
AGAIN = frozenset({0, 1, 5, 6, 9, 10, 27, 28, 29, 38})
"""Errors worth a new try: too often, VK's own trouble, a key that the administrator will mend."""


def genuine(bot: Bot, headers: Mapping[str, str], said: Mapping[str, Any]) -> bool:  # noqa: ARG001
    """Tell whether an event carries the community's secret and comes from the community itself."""
    fits = hmac.compare_digest(str(said.get("secret", "")).encode(), bot.secret.encode())
    group = bot.settings.get("group_id")
    return fits and (group is None or str(said.get("group_id")) == str(group))


def hello(bot: Bot, said: Mapping[str, Any]) -> str:
    """Return the string by which VK learns that the address is ours."""
    return str(bot.settings.get("confirmation", "")) if said.get("type") == "confirmation" else ""


def key(said: Mapping[str, Any]) -> str:
    """Return the event's number."""
    return str(said["event_id"])


def read(said: Mapping[str, Any]) -> Heard | None:
    """Read a message to the community; a button's press is in its payload."""
    if said.get("type") != "message_new":
        return None
    message = said["object"]["message"]
    if message["from_id"] <= 0 or message["peer_id"] != message["from_id"]:
        return None
    client = said["object"].get("client_info") or {}
    peer, language = str(message["peer_id"]), "en" if client.get("lang_id") == ENGLISH else "ru"
    press, command = _payload(message)
    if press:
        return Heard(peer, press=press, language=language)
    text = f"/{command}" if command else str(message.get("text") or "")
    files = tuple(filter(None, map(_file, message.get("attachments") or ())))
    point = (message.get("geo") or {}).get("coordinates")
    return Heard(
        peer, text=text, files=files, language=language,
        point=(float(point["latitude"]), float(point["longitude"])) if point else None,
        unread=not (text or files or point),
    )  # fmt: skip


def overheard(bot: Bot, said: Mapping[str, Any]) -> Overheard | None:  # noqa: ARG001
    """Read a comment or a post of somebody on the community's wall."""
    kind, found = said.get("type"), said.get("object") or {}
    if kind not in {"wall_reply_new", "wall_post_new"} or found.get("from_id", 0) <= 0:
        return None
    owner = found.get("owner_id") or found.get("post_owner_id") or -said["group_id"]
    thread = {"owner_id": owner, "post_id": found["id"]}
    link = f"https://vk.com/wall{owner}_{found['id']}"
    if kind == "wall_reply_new":
        thread = {"owner_id": owner, "post_id": found["post_id"], "comment_id": found["id"]}
        link = f"https://vk.com/wall{owner}_{found['post_id']}?reply={found['id']}"
    return Overheard(
        "vk", link.rsplit("/", 1)[-1], str(found.get("text") or ""),
        datetime.fromtimestamp(found["date"], tz=UTC), author=f"id{found['from_id']}", link=link,
        thread=thread,
    )  # fmt: skip


def reply(bot: Bot, thread: Mapping[str, Any], text: str, key: int) -> Sent:
    """Comment on behalf of the community under a comment or a post; the note tells where.

    VK itself drops a repeated `guid`.
    """
    body = {
        "owner_id": thread["owner_id"], "post_id": thread["post_id"], "message": text,
        "from_group": bot.settings.get("group_id", abs(thread["owner_id"])), "guid": str(key),
    }  # fmt: skip
    if "comment_id" in thread:
        body["reply_to_comment"] = thread["comment_id"]
    sent = call(bot, "wall.createComment", body)
    if sent.outcome != Outcome.DELIVERED:
        return sent
    at = f"https://vk.com/wall{thread['owner_id']}_{thread['post_id']}?reply={sent.reference}"
    return Sent(sent.outcome, sent.reference, at)


def _payload(message: Mapping[str, Any]) -> tuple[str, str]:
    try:
        told = json.loads(message.get("payload") or "{}")
    except ValueError:
        return "", ""
    told = told if isinstance(told, dict) else {}
    return str(told.get("press", "")), str(told.get("command", ""))


def _file(attachment: Mapping[str, Any]) -> str:
    kind = attachment.get("type")
    if kind == "photo":
        sizes = attachment["photo"]["sizes"]
        return str(max(sizes, key=lambda each: each["width"] * each["height"])["url"])
    return str(attachment["doc"]["url"]) if kind == "doc" else ""


def send(bot: Bot, peer: str, out: Out) -> Sent:
    """Send a message with its buttons; VK itself drops a repeated `random_id`."""
    body: dict[str, Any] = {"peer_id": peer, "message": out.text, "random_id": out.key}
    if out.buttons:
        rows = [
            [_button(*each, point=out.ask_point and not n)] for n, each in enumerate(out.buttons)
        ]
        body["keyboard"] = json.dumps({"inline": True, "buttons": rows}, ensure_ascii=False)
    return call(bot, "messages.send", body)


def _button(label: str, press: str, *, point: bool) -> dict[str, Any]:
    payload = json.dumps({"press": press})
    if point:
        return {"action": {"type": "location", "payload": "{}"}}
    return {"action": {"type": "text", "label": label[:LONGEST_LABEL], "payload": payload}}


def seen(bot: Bot, receipt: str) -> None:
    """Do nothing: a button here is a message."""


def fetch(bot: Bot, file: str, longest: int) -> tuple[str, bytes]:  # noqa: ARG001
    """Fetch a photo by its address; http.HTTPError if it does not come."""
    reply = http.get(file, longest=longest + 1)
    if reply.later:
        raise http.HTTPError(f"HTTP {reply.status}")
    name = file.split("?", 1)[0].rsplit("/", 1)[-1] or "photo.jpg"
    return name, reply.content if reply.ok else b""


def connect(bot: Bot, address: str) -> Sent:  # noqa: ARG001
    """Say where it is done: VK connects from the community's own settings."""
    return Sent(
        Outcome.REFUSED, note=f"Впишите в сообществе, «Работа с API» → Callback API: {address}"
    )


def call(bot: Bot, method: str, body: Mapping[str, Any]) -> Sent:
    """Call a method; an error that may pass is worth a new try."""
    fields = {**body, "access_token": bot.key, "v": VERSION}
    try:
        reply = http.post(f"{(bot.url or URL).rstrip('/')}/{method}", data=fields)
        told = json.loads(reply.content)
    except http.HTTPError as error:
        return Sent(Outcome.RETRY, note=http.told(error), shut=True)
    except ValueError:
        return Sent(Outcome.RETRY, note=f"HTTP {reply.status}", shut=True)
    if not isinstance(told, dict) or not reply.ok or "response" not in told:
        wrong = told.get("error", {}) if isinstance(told, dict) else {}
        code = wrong.get("error_code", 0)
        outcome = Outcome.RETRY if code in AGAIN else Outcome.REFUSED
        said = f"VK {code} {wrong.get('error_msg', '')}"[:300]
        return Sent(outcome, note=said, shut=code in AGAIN)
    made = told["response"]
    reference = made.get("comment_id", "") if isinstance(made, dict) else made
    return Sent(Outcome.DELIVERED, reference=str(reference)[:80])
