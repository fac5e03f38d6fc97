"""The words of notices as an administrator edits them: the lines, their history, a new wording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region
from otklik.ground.topics.models import Directory
from otklik.readers.notifications import marks

if TYPE_CHECKING:
    from otklik.ground.accounts.models import Official

EDIT = "edit_ground"
KINDS = (marks.LETTERS, marks.TEXTS)
FIELDS = ("title_ru", "hint_ru", "title_en", "hint_en")
HISTORY = 20


def may_edit(official: Official) -> bool:
    """Tell whether an official changes words of the whole region."""
    return powers_of(official).everywhere(EDIT)


def lines() -> list[Directory]:
    """Return the texts of letters, then those of text messages, in their order."""
    found = Directory.objects.filter(region=region(), kind__in=KINDS, active=True)
    return list(found.order_by("kind", "position", "pk"))


def line(kind: str, code: str) -> Directory | None:
    """Return one text."""
    found = Directory.objects.filter(region=region(), kind=kind, code=code, active=True)
    return found.first() if kind in KINDS else None


def values_of(one: Any) -> dict[str, str]:
    """Return the words of a line, or of one of its former states."""
    return {name: str(getattr(one, name)) for name in FIELDS}


def versions(one: Directory) -> list[Any]:
    """Return the former states of a text, newest first, with who made each."""
    return list(one.history.select_related("history_user").order_by("-history_id")[:HISTORY])
