"""Reading ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases.models import Answer, Case
from otklik.flow.rating.models import Rating
from otklik.ground.kit import signing
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from django.db.models import QuerySet

SALT = "rating"
DAYS = 30


def rating_of(answer: Answer, rater: str) -> Rating | None:
    """Return what somebody gave an answer, or None."""
    return Rating.objects.filter(answer=answer, rater=rater).first()


def ratings_of(case: Case) -> QuerySet[Rating]:
    """Return all ratings of a case, oldest first."""
    return Rating.objects.filter(case=case).select_related("answer").order_by("pk")


def link_path(case: Case, answer_id: int) -> str:
    """Return the page where the holder of a letter rates this very answer without signing in."""
    return f"/rate/{signing.sign(f'{case.number}-{answer_id}', SALT)}/"


def by_link(token: str) -> tuple[Case, Answer] | None:
    """Return the case and the answer of a letter's link.

    None for a forged or old one, a message taken back, and an answer that is not the last any more.
    """
    days = region().settings.get("notices", {}).get("rating_days", DAYS)
    number, _, answer_id = (signing.unsign(token, SALT, days * 86_400) or "").partition("-")
    found = Case.objects.filter(region=region(), number=number, report__withdrawn_at=None)
    case = found.select_related("topic", "organisation", "report").first() if number else None
    if case is None:
        return None
    answer = case.answers.filter(state=Answer.State.APPROVED).order_by("version").last()
    return (case, answer) if answer and str(answer.pk) == answer_id else None
