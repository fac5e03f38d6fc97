"""What the author and the executor write to each other, on the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from otklik.faces import show
from otklik.flow.correspondence import commands, queries

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.accounts.rules import Sight

WRITES = "draft_answer"


def of_a_case(found: Case, seen: Sight, permissions: frozenset[str]) -> dict[str, Any]:
    """Return what the page of a case shows; before one who may reply, it is read."""
    lines = [show.line(each, seen) for each in queries.lines_of(found)]
    if lines and WRITES in permissions:
        commands.read_lines(found, by_author=False, now=timezone.now())
    return {"lines": lines}


def of_the_queue(official: Official, rows: list[Case]) -> dict[str, Any]:
    """Return where authors wait to be read: on this page, and the last ones anywhere."""
    return {
        "unread": queries.unread_among([each.pk for each in rows]),
        "unread_numbers": queries.unread_for(official),
    }
