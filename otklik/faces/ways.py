"""How the ways to people stand: for whoever watches by machine, and for the desk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from otklik.flow.channels.chats.queries import standings
from otklik.flow.channels.mailbox.queries import inviting, mailboxes
from otklik.flow.channels.peers.queries import active_peers
from otklik.flow.channels.peers.queries import waiting as forwards_waiting
from otklik.flow.channels.push.rules import WAY as PUSH
from otklik.flow.channels.sms.queries import waiting as texts_waiting
from otklik.flow.channels.ways.queries import shut
from otklik.ground.kit import antivirus
from otklik.readers.notifications.queries import waiting as letters_waiting
from otklik.readers.webhooks import queries as webhooks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from otklik.flow.channels.ways.models import Way


PEER = "peers"
STALE = timedelta(hours=1)
"""The longest pause is ten minutes: a service that was not asked for so long has nothing to get."""


@dataclass(frozen=True)
class Row:
    """One way: what waits behind it and since when; since when it does not answer, and why."""

    title: str
    kind: str
    waiting: int
    unread: int = 0
    since: datetime | None = None
    failing_since: datetime | None = None
    next_at: datetime | None = None
    note: str = ""


def rows() -> list[Row]:
    """Return every way, those that do not answer first."""
    closed, letters, texts = shut(), letters_waiting(), texts_waiting()
    found = [
        _row(_("Почта"), "email", letters.get("email", (0, None)), closed.get("email")),
        _row(_("СМС"), "sms", _together(letters.get("sms", (0, None)), texts), closed.get("sms")),
        _devices(letters.get("push", (0, None)), closed),
        *_bots(closed),
        *_boxes(closed),
        *_peers(closed),
    ]
    news = letters.get("chat", (0, None))
    if news[0]:
        found.append(_row(_("Новости в чаты"), "chats", news, None))
    return sorted(found, key=lambda row: row.failing_since is None)


def _devices(queue: tuple[int, datetime | None], closed: Mapping[str, Way]) -> Row:
    """Return the way to devices: of all push services the one that is silent the longest.

    Whoever subscribes names the service: one that nobody asks any more is no trouble of ours.
    """
    asked = timezone.now() - STALE
    services = [way for code, way in closed.items() if code.startswith(PUSH)]
    silent = [way for way in services if way.changed_at > asked]
    worst = min(silent, key=lambda way: way.failing_since or asked, default=None)
    row = _row(_("Уведомления на устройства"), "push", queue, worst)
    return replace(row, note=f"{worst.code.removeprefix(PUSH)}: {row.note}") if worst else row


def _boxes(closed: Mapping[str, Way]) -> list[Row]:
    queue = (inviting(), None)
    return [
        _row(str(each), "mailbox", queue, closed.get(f"mailbox:{each.pk}")) for each in mailboxes()
    ]


def _peers(closed: Mapping[str, Way]) -> list[Row]:
    """Return the systems to which cases are handed over; `unread` is what a person must decide."""
    counts, found = forwards_waiting(), []
    for each in active_peers():
        queued, stuck, since = counts.get(each.pk, (0, 0, None))
        row = _row(str(each), PEER, (queued, since), closed.get(each.way))
        found.append(replace(row, unread=stuck))
    return found


def _bots(closed: Mapping[str, Way]) -> list[Row]:
    found = []
    for each in standings():
        told = closed.get(each.bot.way)
        found.append(
            Row(
                str(each.bot), each.bot.get_kind_display(), each.waiting, each.unread, each.since,
                told.failing_since if told else None, told.next_at if told else None,
                told.note if told else "",
            )
        )  # fmt: skip
    return found


def _row(title: str, kind: str, queue: tuple[int, datetime | None], way: Way | None) -> Row:
    count, since = queue
    if way is None:
        return Row(title, kind, count, since=since)
    return Row(title, kind, count, 0, since, way.failing_since, way.next_at, way.note)


def _together(
    one: tuple[int, datetime | None], other: tuple[int, datetime | None]
) -> tuple[int, datetime | None]:
    oldest = [moment for _count, moment in (one, other) if moment]
    return one[0] + other[0], min(oldest, default=None)


def doors(now: datetime) -> dict[str, dict[str, int]]:
    """Return for machines how much waits behind each kind of way, and how many do not answer."""
    told = {"webhooks": webhooks.doors(now)}
    if (there := antivirus.answers()) is not None:
        told["antivirus"] = {"waiting": 0, "failing": int(not there)}
    for row in rows():
        name = row.kind if row.kind in {"email", "sms", "push", "mailbox", PEER} else "chats"
        found = told.setdefault(name, {"waiting": 0, "failing": 0})
        found["waiting"] += row.waiting + row.unread
        found["failing"] += row.failing_since is not None
    return told
