"""On hearing of files or of an answer, let them be looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.answers import jobs
from otklik.flow.answers.queries import unprinted
from otklik.flow.cases.events import CaseAnswerSubmitted
from otklik.flow.intake.events import FilesAdded, ReportReceived
from otklik.journal.following import reactor

if TYPE_CHECKING:
    from otklik.journal.reading import Entry


@reactor("answers", kinds={ReportReceived, FilesAdded, CaseAnswerSubmitted})
def look(entry: Entry) -> None:
    """Defer the work; done twice it does nothing more."""
    if entry.kind == CaseAnswerSubmitted.kind:
        number = entry.subject.removeprefix("case:")
        jobs.examine.defer(number=number, version=int(entry.data["version"]))
    elif unprinted(int(entry.data["report"])):
        jobs.take_prints.defer(report_id=int(entry.data["report"]))
