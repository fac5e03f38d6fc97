"""The verbs of correspondence: either side writes, the other has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.commands import locked, tell
from otklik.flow.correspondence import events, queries, rules
from otklik.flow.correspondence.models import Remark
from otklik.flow.intake.commands import add_files
from otklik.flow.intake.models import Attachment
from otklik.journal.writing import command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.flow.intake.files import Upload
    from otklik.ground.accounts.models import Official


@command
def write_to_author(
    number: str, *, text: str, files: Sequence[Upload] = (), by: Official, now: datetime
) -> Remark:
    """Write to the author; they hear of it by the door they came by. No clock stops."""
    case = locked(number)
    line = _written(case, "write", text, files, by, by.ref, now)
    tell(case, events.CaseWritten, by.ref, now, line=line.pk)
    return line


@command
def write_back(
    number: str, *, text: str, files: Sequence[Upload] = (), by: str, now: datetime
) -> Remark:
    """Write to those who work on one's case."""
    case = locked(number)
    line = _written(case, "write_back", text, files, None, by, now)
    tell(case, events.CaseWrittenBack, by, now, line=line.pk)
    return line


def _written(
    case: Case, verb: str, text: str, files: Sequence[Upload], official: Official | None, by: str,
    now: datetime,
) -> Remark:  # fmt: skip
    case_rules.step(case.status, verb, case.regime)
    rules.check_line(
        text, files=len(files), bounds=queries.bounds(),
        in_a_row=queries.in_a_row(case, by_author=official is None),
    )  # fmt: skip
    line = Remark.objects.create(
        region=case.region, case=case, official=official, text=text.strip(), at=now
    )
    if files:
        line.files.set(
            add_files(case.report, files, purpose=Attachment.Purpose.TALK, by=by, now=now)
        )
    case.updated_at = now
    case.save(update_fields=["updated_at"])
    return line


def read_lines(case: Case, *, by_author: bool, now: datetime) -> None:
    """Note that one side has before them what the other wrote."""
    case.lines.filter(official__isnull=not by_author, seen_at=None).update(seen_at=now)
