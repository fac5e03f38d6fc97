"""What came of an author's low rating, on the author's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otklik.flow.amends.queries import duties_of

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case


def of_own_case(found: Case) -> dict[str, Any]:
    """Return what was promised after a low rating, and what a head wrote down of the talk."""
    return {"duties": duties_of(found)}
