"""How the wall and its equal table are narrowed, read from an address that can be passed on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

from otklik.faces import show
from otklik.faces.templatetags.otklik import named, titled
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import directory, topics
from otklik.readers.heatmap.queries import HeatFilters

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from django.http import QueryDict

PERIODS = {
    "": {"ru": "7 дней", "en": "7 days"},
    "1": {"ru": "Сутки", "en": "A day"},
    "30": {"ru": "30 дней", "en": "30 days"},
    "90": {"ru": "90 дней", "en": "90 days"},
}
STATUSES = {
    "": {"ru": "Любое состояние", "en": "Any state"},
    "open": {"ru": "Открытые", "en": "Open"},
    "overdue": {"ru": "Просроченные", "en": "Overdue"},
    "answered": {"ru": "Дан ответ", "en": "Answered"},
    "solved": {"ru": "Подтвердили: решено", "en": "Confirmed as solved"},
}


def choices() -> dict[str, Any]:
    """Return what the map and its table may be narrowed by."""
    language = "en" if get_language() == "en" else "ru"
    return {
        "topic_steps": show.topic_steps(topics(), language, facts=False),
        "territories": sorted(territories().values(), key=named),
        "channels": directory("channels").values(),
        "periods": [(days, titled(title)) for days, title in PERIODS.items()],
        "statuses": [(code, titled(title)) for code, title in STATUSES.items()],
    }


def asked_of(given: QueryDict) -> dict[str, str]:
    """Return what is asked of the map; what it does not know narrows nothing.

    Days that are named stand before a period that ends now; two in the wrong order change places.
    """
    steps = show.topic_steps(topics(), "ru", facts=False)
    known: dict[str, Container[str]] = {
        "topic": {code for _, options in steps for code, _ in options},
        "territory": territories(),
        "channel": directory("channels"),
        "days": PERIODS,
        "status": STATUSES,
    }
    asked = {
        name: value if value in codes else ""
        for name, codes in known.items()
        for value in [given.get(name, "")]
    }
    asked |= {name: value for name in ("from", "to") if show.day(value := given.get(name, ""))}
    if (since := asked.get("from")) and (until := asked.get("to")) and until < since:
        asked |= {"from": until, "to": since}
    return asked | {"days": ""} if "from" in asked or "to" in asked else asked


def filters_of(asked: dict[str, str], now: datetime) -> HeatFilters:
    """Return the same as the map's filters: a named day is whole."""
    since, until = show.day(asked.get("from", "")), show.day(asked.get("to", ""))
    if asked["days"]:
        since = now - timedelta(days=int(asked["days"]))
    return HeatFilters(
        topics=tuple(filter(None, [asked["topic"]])),
        territories=tuple(filter(None, [asked["territory"]])),
        channels=tuple(filter(None, [asked["channel"]])),
        statuses=tuple(filter(None, [asked["status"]])),
        since=since,
        until=until + timedelta(days=1) if until else None,
    )
