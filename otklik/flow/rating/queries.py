"""Reading ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.rating.models import Rating

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from otklik.flow.cases.models import Answer, Case


def rating_of(answer: Answer, rater: str) -> Rating | None:
    """Return what somebody gave an answer, or None."""
    return Rating.objects.filter(answer=answer, rater=rater).first()


def ratings_of(case: Case) -> QuerySet[Rating]:
    """Return all ratings of a case, oldest first."""
    return Rating.objects.filter(case=case).select_related("answer").order_by("pk")
