"""What a stream shows, to whom: the map under filters, at some levels, for the public or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.readers.heatmap.queries import HeatFilters
from otklik.readers.heatmap.rules import LIVE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MANY = 40
EVERYTHING = HeatFilters()


class RefusedError(Exception):
    """The stream cannot be opened as asked: the status and why."""

    def __init__(self, status: int, reason: str) -> None:
        """Say so in HTTP's words."""
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True)
class Topic:
    """What one variant of the map shows."""

    public: bool
    filters: HeatFilters = EVERYTHING

    @property
    def everybodys(self) -> bool:
        """Whether this is the map without filters: kept warm, and quicker than others."""
        return self.filters == EVERYTHING


@dataclass(frozen=True)
class Asked:
    """What one listener asked for; `after` is the position that they know."""

    topic: Topic
    levels: tuple[str, ...]
    after: int | None
    token: str = ""
    """By which the officials' variant was asked for; whether it opens it is for the database."""


def asked(query: Mapping[str, Sequence[str]], last_event_id: str) -> Asked:
    """Read an address. The browser's own Last-Event-ID wins over `after` of the page."""
    token = query.get("token", [""])[0]
    since, until = (query.get(name, [""])[0] for name in ("from", "to"))
    filters = HeatFilters(
        topics=_words(query, "topic"),
        territories=_words(query, "territory"),
        channels=_words(query, "channel"),
        statuses=_words(query, "status"),
        since=_moment(since, "from") if since else None,
        until=_moment(until, "to") if until else None,
    )
    levels = tuple(level for text in query.get("levels", ()) for level in text.split(","))
    if not set(levels) <= set(LIVE_LEVELS):
        raise RefusedError(400, f"levels: of {', '.join(LIVE_LEVELS)}")
    after = last_event_id or query.get("after", [""])[0]
    return Asked(
        Topic(not token, filters),
        tuple(level for level in LIVE_LEVELS if level in levels) or LIVE_LEVELS,
        int(after) if after.isdecimal() else None,
        token,
    )


def _words(query: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    found = tuple(sorted({each[:80] for each in query.get(name, ()) if each}))
    if len(found) > MANY:
        raise RefusedError(400, f"{name}: too many")
    return found


def _moment(text: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(400, f"{name}: not a time") from None
    return moment if moment.tzinfo else timezone.make_aware(moment)
