"""What is shown to all, and what an official keeps at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases import clockwork, events, rules
from otklik.flow.cases.commands.steps import locked, move, tell
from otklik.flow.cases.models import SavedView
from otklik.journal.writing import command

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official


@command
def show_case(number: str, *, shown: bool, by: Official, now: datetime) -> Case:
    """Make a case visible to all, or hide it. A closed contour is never shown."""
    case = locked(number)
    if shown and (case.closed_contour or not case.report.wants_public):
        raise rules.Refused(
            "private", "Автор просил не показывать", "The author asked not to show it"
        )
    move(case, "show", now, by.ref)
    case.public = shown
    clockwork.keep(case)
    tell(case, events.CaseShown, by.ref, now, shown=shown)
    return case


@command
def save_view(official: Official, *, title: str, query: str, now: datetime) -> SavedView:
    """Keep a set of filters under a name."""
    view, _ = SavedView.objects.update_or_create(
        official=official,
        title=title.strip()[:80] or "Без названия",
        defaults={"region": official.region, "query": query[:500], "at": now},
    )
    return view


@command
def drop_view(official: Official, *, view_id: int) -> None:
    """Forget a kept set of filters."""
    SavedView.objects.filter(official=official, pk=view_id).delete()
