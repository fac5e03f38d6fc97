"""What an author sees of a message that was divided: what stays here, where the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otklik.flow.division.queries import kept_in, part_of, parts_of

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case


def of_own_case(found: Case) -> dict[str, Any]:
    """Return the parts of a message, or of which one it is a part."""
    parts, source = parts_of(found), part_of(found)
    return {
        "parts": [each.case for each in parts],
        "kept_here": kept_in(found) if parts else "",
        "part_of": source.source if source else None,
    }
