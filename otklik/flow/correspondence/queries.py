"""Reading what author and executor wrote to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases.queries import visible_to
from otklik.flow.cases.rules import Refused, step
from otklik.flow.correspondence.models import Remark
from otklik.flow.correspondence.rules import Bounds, check_line
from otklik.ground.territories.queries import region, set_by

if TYPE_CHECKING:
    from collections.abc import Collection

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official

SHOWN = 10


def bounds() -> Bounds:
    """Return how much the region lets one side write."""
    return set_by("correspondence", Bounds)


def lines_of(case: Case) -> list[Remark]:
    """Return all that was written, oldest first, with files."""
    related = ("official__person", "official__organisation")
    return list(case.lines.select_related(*related).prefetch_related("files"))


def in_a_row(case: Case, *, by_author: bool) -> int:
    """Return how many messages one side has written since the other's last."""
    last = (
        case.lines.filter(official__isnull=not by_author)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
        or 0
    )
    return case.lines.filter(official__isnull=by_author, pk__gt=last).count()


def may_write_back(case: Case, text: str = "") -> bool:
    """Tell whether the author may write to the executor now, and so much."""
    try:
        step(case.status, "write_back", case.regime)
        check_line(text, files=1, in_a_row=in_a_row(case, by_author=True), bounds=bounds())
    except Refused:
        return False
    return True


def unread_among(cases: Collection[int]) -> frozenset[int]:
    """Return those of the cases whose author wrote and was not yet read."""
    found = Remark.objects.filter(case__in=cases, official=None, seen_at=None)
    return frozenset(found.values_list("case_id", flat=True))


def unread_for(official: Official) -> list[str]:
    """Return the numbers of cases whose authors wait to be read, the last first, a few."""
    found = Remark.objects.filter(region=region(), official=None, seen_at=None)
    own = found.filter(case__in=visible_to(official).values("pk")).order_by("-pk")
    numbers = own.values_list("case__number", flat=True)[: SHOWN * 5]
    return list(dict.fromkeys(numbers))[:SHOWN]
