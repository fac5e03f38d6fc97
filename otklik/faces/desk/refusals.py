"""Refusals on the desk: what an author says against one, on the page of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otklik.faces import show
from otklik.flow.refusals import queries

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.rules import Sight


def of_a_case(found: Case, seen: Sight) -> dict[str, Any]:
    """Return what the page of a case shows of its refusal and of the objection to it."""
    contest = queries.contest_of(found)
    said = {
        "text": show.words(contest.text, seen), "upheld": contest.upheld,
        "reason": contest.reason, "decided_at": contest.decided_at,
    } if contest else None  # fmt: skip
    return {"refusal": show.refusal(found), "contest": said}
