"""The verb of rating; it may confirm a case or open a dispute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases.commands import confirm_case, dispute_case, locked
from otklik.flow.cases.models import Answer
from otklik.flow.cases.rules import Refused
from otklik.flow.rating import rules
from otklik.flow.rating.events import RatingGiven
from otklik.flow.rating.models import Rating
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Person

AUTHOR = "author"


@command
def rate_answer(
    number: str,
    *,
    rater: str = AUTHOR,
    person: Person | None = None,
    answer_score: int,
    result_score: int,
    comment: str = "",
    dispute: bool = False,
    now: datetime,
) -> Rating:
    """Take stars for the answer and for the result apart, once a rater and answer.

    The author's good result confirms the case; the author may dispute along with the stars.
    A joined person rates too, but only the author moves the case.
    """
    case = locked(number)
    if not (rules.valid(answer_score) and rules.valid(result_score)):
        raise Refused("stars", "Поставьте от одной до пяти звёзд", "Give one to five stars")
    answer = case.answers.filter(state=Answer.State.APPROVED).order_by("version").last()
    if answer is None:
        raise Refused("no_answer", "Ответа ещё нет", "There is no answer yet")
    if answer.ratings.filter(rater=rater).exists():
        raise Refused("rated", "Вы уже оценили этот ответ", "You have rated this answer already")
    by = person.ref if person else ("anonymous" if rater == AUTHOR else rater)
    rating = Rating.objects.create(
        region=case.region, case=case, answer=answer, rater=rater, person=person,
        answer_score=answer_score, result_score=result_score, comment=comment.strip(), at=now,
    )  # fmt: skip
    record(
        RatingGiven(
            region=case.region_id, subject=case.ref, actor=by, at=now, case=case.number,
            report=case.report_id, by_author=rater == AUTHOR,
            answer=answer.pk, answer_score=answer_score, result_score=result_score,
        )
    )  # fmt: skip
    if rater == AUTHOR and case.status == "answered":
        if dispute:
            dispute_case(number, text=comment, by=by, now=now)
        elif rules.confirms(answer_score, result_score):
            confirm_case(number, by=by, now=now)
    return rating
