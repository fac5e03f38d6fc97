"""The verbs of amends: a body must get in touch, and says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.amends import events, queries, rules
from otklik.flow.amends.models import Duty
from otklik.flow.cases.commands import SYSTEM, locked, tell
from otklik.flow.rating.commands import AUTHOR
from otklik.flow.rating.models import Rating
from otklik.flow.rating.rules import is_low
from otklik.ground.kit.clock import Unit, add
from otklik.ground.organisations.queries import working_time_of
from otklik.journal.writing import command

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official


@command
def owe_contact(answer_id: int, *, now: datetime) -> Duty | None:
    """Oblige the body that answered to get in touch with an author who rated it low; once.

    A dispute has its own judge: who disputes is not called as well.
    """
    related = ("case", "answer__author__organisation")
    rating = Rating.objects.select_related(*related).get(answer=answer_id, rater=AUTHOR)
    low = is_low(rating.answer_score, rating.result_score)
    if not low or rating.answer.disputes.exists() or Duty.objects.filter(rating=rating).exists():
        return None
    case = locked(rating.case.number)
    body, term = rating.answer.author.organisation, queries.term()
    due = add(rating.at, term.amount, Unit(term.unit), working_time_of(body))
    duty = Duty.objects.create(
        region=case.region, case=case, rating=rating, organisation=body, opened_at=now, due=due
    )
    tell(case, events.CaseContactOwed, SYSTEM, now, duty=duty.pk, until=due)
    return duty


@command
def report_contact(duty_id: int, *, asked: str, outcome: str, by: Official, now: datetime) -> Duty:
    """Say what the author was asked and what came of it; the author hears the same."""
    duty = Duty.objects.select_for_update(of=("self",), no_key=True).get(pk=duty_id)
    rules.check_report(asked, outcome, done=duty.done_at is not None)
    duty.asked, duty.outcome = asked.strip(), outcome.strip()
    duty.done_by, duty.done_at = by, now
    duty.save()
    case = locked(duty.case.number)
    tell(case, events.CaseContacted, by.ref, now, duty=duty.pk, late=now > duty.due)
    return duty
