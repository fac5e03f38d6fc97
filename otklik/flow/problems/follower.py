"""On hearing of a new case, let a problem that collects take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.cases.events import CaseOpened, CaseRetopiced
from otklik.flow.problems.commands import attach_cases
from otklik.flow.problems.queries import collecting_for
from otklik.journal.following import reactor

if TYPE_CHECKING:
    from otklik.journal.reading import Entry


@reactor("problems", kinds={CaseOpened, CaseRetopiced})
def collect(entry: Entry) -> None:
    """Attach; a case that has a problem already is passed over."""
    number = entry.subject.removeprefix("case:")
    problem = collecting_for(number)
    if problem is not None:
        attach_cases(problem.pk, [number], automatic=True, by=problem.opened_by, now=timezone.now())
