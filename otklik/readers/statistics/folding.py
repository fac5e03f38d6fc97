"""How one fact changes the row of one message: the only place that knows."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from otklik.flow.cases.rules import FINAL
from otklik.flow.rating.rules import is_low
from otklik.readers.statistics.models import StatRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping

    from otklik.journal.reading import Entry

log = logging.getLogger(__name__)
STAGES = ("moderation", "coordination", "execution", "approval", "verification")
NOT_TAKEN = frozenset(
    {"submitted", "clarification", "rejected", "contested", "withdrawn", "merged"}
)
"""A rejected message in one of these states was not taken to work after all."""
DROPPED = frozenset({"withdrawn", "merged"})
OTHERS = frozenset({"report.received", "report.withdrawn", "rating.given"})


def concerns(kind: str) -> bool:
    """Tell whether a fact can change a row."""
    return kind.startswith("case.") or kind in OTHERS


def report_of(entry: Entry) -> int:
    """Return the report that a fact is about; 0 for a fact that names none."""
    return int(entry.data.get("report") or 0)


def fold(entries: Iterable[Entry], rows: MutableMapping[int, StatRow]) -> list[StatRow]:
    """Apply facts, in order, to `rows` (by report); return the rows that changed."""
    changed: dict[int, StatRow] = {}
    for entry in entries:
        report = report_of(entry)
        row = rows.get(report)
        if entry.kind == "report.received" and row is None:
            rows[report] = changed[report] = _received(entry)
        elif row is None:
            log.warning("position %s: a report that was never received", entry.position)
        elif row.position < (entry.position or 0):
            _apply(row, entry)
            row.position = entry.position or 0
            changed[report] = row
    return list(changed.values())


def _received(entry: Entry) -> StatRow:
    data = entry.data
    return StatRow(
        report=report_of(entry), region_id=entry.region,
        number=entry.subject.rpartition(":")[2], channel=data.get("channel") or "",
        topic=data.get("topic") or "", territory=data.get("territory") or "",
        status="submitted", received_at=entry.at, position=entry.position or 0,
    )  # fmt: skip


def _apply(row: StatRow, entry: Entry) -> None:
    if entry.kind.startswith("case."):
        _case(row, entry)
    own = _OWN.get(entry.kind)
    if own:
        own(row, entry.at, entry.data, entry.actor)
    if entry.kind.startswith("case."):
        _terms(row, _moment(entry.data.get("due")))
        _stage(row, entry.at, entry.data)


def _case(row: StatRow, entry: Entry) -> None:
    data = entry.data
    row.status = data.get("status") or row.status
    row.topic = data.get("topic") or row.topic
    row.territory = data.get("territory") or row.territory
    row.organisation = data.get("organisation") or row.organisation
    row.urgent = bool(data.get("urgent", row.urgent))
    _overturned(row, entry)
    row.closed_at = (row.closed_at or entry.at) if row.status in FINAL else None
    if entry.actor.startswith("official:"):
        row.acted_at = row.acted_at or entry.at


def _terms(row: StatRow, due: datetime | None) -> None:
    """The first term stands until it is moved, the term until it is met by a final answer."""
    row.due_now = due
    if row.final_at is None or row.due is None:
        row.due = due
    moved = row.extensions or row.interim or row.fell_back_at or row.final_at
    if row.first_due is None or not moved:
        row.first_due = due


def _stage(row: StatRow, at: datetime, data: Mapping[str, Any]) -> None:
    """A stage is done when the next begins, execution when an answer is ready; once.

    Facts of before stages were told change nothing.
    """
    if "stage" not in data:
        return
    before, now = row.stage, data["stage"]
    done = row.status not in DROPPED and (before != "execution" or now == "approval")
    if done and before in STAGES and before != now and getattr(row, f"{before}_at") is None:
        setattr(row, f"{before}_at", at)
    if now in STAGES and getattr(row, f"{now}_at") is None:
        setattr(row, f"{now}_due", _moment(data.get("stage_due")))
    row.stage = now


def _overturned(row: StatRow, entry: Entry) -> None:
    if row.rejected_at and row.status not in NOT_TAKEN:
        row.overturned_at = row.overturned_at or entry.at


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def _withdrawn(row: StatRow, at: datetime, _data: Mapping[str, Any], _by: str) -> None:
    row.status, row.closed_at = "withdrawn", row.closed_at or at


def _opened(row: StatRow, _at: datetime, data: Mapping[str, Any], _by: str) -> None:
    row.repeats = data.get("repeats")


def _fell_back(row: StatRow, at: datetime, _data: Mapping[str, Any], _by: str) -> None:
    row.fell_back_at = row.fell_back_at or at


def _registered(row: StatRow, at: datetime, _data: Mapping[str, Any], _by: str) -> None:
    row.registered_at = row.registered_at or at


def _rejected(row: StatRow, at: datetime, _data: Mapping[str, Any], _by: str) -> None:
    row.rejected_at = at


def _assigned(row: StatRow, _at: datetime, data: Mapping[str, Any], _by: str) -> None:
    row.hops = max(row.hops, int(data.get("hop") or 0))


def _returned(row: StatRow, _at: datetime, data: Mapping[str, Any], _by: str) -> None:
    row.returns += 1
    row.returned_by = data.get("organisation") or ""


def _extended(row: StatRow, _at: datetime, _data: Mapping[str, Any], _by: str) -> None:
    row.extensions += 1


def _interim(row: StatRow, at: datetime, _data: Mapping[str, Any], _by: str) -> None:
    row.first_answer_at = row.first_answer_at or at
    row.interim = True


def _answered(row: StatRow, at: datetime, data: Mapping[str, Any], _by: str) -> None:
    row.first_answer_at = row.first_answer_at or at
    row.final_at = row.final_at or at
    row.answered_at = at
    row.result = data.get("result") or ""
    row.answered_by = data.get("organisation") or row.organisation
    row.proofs = int(data.get("proofs") or 0)


def _disputed(row: StatRow, at: datetime, _data: Mapping[str, Any], _by: str) -> None:
    row.disputes += 1
    row.disputed_at = row.disputed_at or at


def _reopened(row: StatRow, at: datetime, _data: Mapping[str, Any], _by: str) -> None:
    row.reopenings += 1
    row.reopened_at = row.reopened_at or at
    row.answered_at, row.result = None, ""


def _confirmed(row: StatRow, at: datetime, _data: Mapping[str, Any], by: str) -> None:
    row.confirmed_at = at
    row.by_author = not by.startswith("official:")


def _supported(row: StatRow, _at: datetime, data: Mapping[str, Any], _by: str) -> None:
    row.supports = int(data.get("supports") or 0)


def _rated(row: StatRow, at: datetime, data: Mapping[str, Any], _by: str) -> None:
    if not data.get("by_author", True):
        return
    row.rated_at = at
    row.answer_score, row.result_score = int(data["answer_score"]), int(data["result_score"])
    row.low = is_low(row.answer_score, row.result_score)


_OWN: dict[str, Callable[[StatRow, datetime, Mapping[str, Any], str], None]] = {
    "report.withdrawn": _withdrawn,
    "case.opened": _opened,
    "case.registered": _registered,
    "case.fell_back": _fell_back,
    "case.rejected": _rejected,
    "case.assigned": _assigned,
    "case.returned": _returned,
    "case.extended": _extended,
    "case.answered_interim": _interim,
    "case.answered": _answered,
    "case.disputed": _disputed,
    "case.reopened": _reopened,
    "case.confirmed": _confirmed,
    "case.supported": _supported,
    "rating.given": _rated,
}
