"""Dividing a message on the desk: the rows of its form, and which messages belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otklik.faces import show
from otklik.flow.cases.queries import visible_numbers
from otklik.flow.cases.rules import Refused
from otklik.flow.division.commands import NewPart, divide_message
from otklik.flow.division.queries import kept_in, part_of, parts_of
from otklik.ground.topics.queries import fact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.http import HttpRequest, QueryDict

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.accounts.rules import Sight

ROWS = 3
"""So many further matters a form takes at once."""


def divide(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Read the rows that were filled in: each needs its topic."""
    parts = []
    for row in _rows(request.POST):
        if not row["text"]:
            continue
        topic = fact(row["topic"])
        if topic is None:
            raise Refused("no_topic", "Выберите тему каждого вопроса, который решают отдельно",
                          "Choose the topic of each matter")  # fmt: skip
        parts.append(NewPart(row["text"], topic, row["photos"]))
    divide_message(case.number, kept=request.POST.get("kept", ""), parts=parts, by=by, now=now)


def _rows(typed: QueryDict | Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the form's rows with what was typed in them."""
    told: Any = typed or {}
    several: Any = getattr(told, "getlist", lambda _: [])
    return [
        {"place": place, "text": told.get(f"part_{place}", "").strip(),
         "topic": told.get(f"part_topic_{place}", ""), "photos": several(f"part_photos_{place}")}
        for place in range(1, ROWS + 1)
    ]  # fmt: skip


def of_a_case(
    found: Case, seen: Sight, official: Official, typed: QueryDict | None
) -> dict[str, Any]:
    """Return what the page of a case shows: its parts or its source, and the form's rows."""
    source, parts = part_of(found), parts_of(found)
    numbers = [each.case.number for each in parts] + ([source.source.number] if source else [])
    seen_by = visible_numbers(official, numbers) if numbers else frozenset()
    return {
        "part_rows": _rows(typed),
        "part_kept": typed.get("kept", "") if typed else show.words(found.report.text, seen),
        "kept_here": show.words(kept_in(found), seen) if parts else "",
        "parts": [(each.case, each.case.number in seen_by) for each in parts],
        "part_of": (source.source, source.source.number in seen_by) if source else None,
    }
