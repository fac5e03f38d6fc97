"""How the desk's queue and its exports are narrowed, read from a form."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.faces.show import day
from otklik.flow.cases.queue import QueueFilters

if TYPE_CHECKING:
    from django.http import QueryDict


def filters_of(data: QueryDict) -> QueueFilters:
    """Return the filters of a form or an address; what is not a date narrows nothing."""
    since, until = day(data.get("since", "")), day(data.get("until", ""))
    return QueueFilters(
        text=data.get("q", "").strip()[:200],
        status=data.get("status", "" if data.get("q") else "unanswered"),
        topic=data.get("topic", ""),
        territory=data.get("territory", ""),
        organisation=data.get("organisation", ""),
        channel=data.get("channel", ""),
        mine=data.get("mine") == "1",
        urgent=data.get("urgent") == "1",
        since=since,
        until=until + timedelta(days=1) if until else None,
        order=data.get("order", "due"),
    )
