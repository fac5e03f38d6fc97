"""How one fact changes the row of one message: pure, and the only place that knows.

The follower folds facts into the table, the live copy folds the same facts into its memory; both
come to the same rows because both call `fold`, in the order of the journal.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from otklik.readers.heatmap import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping

log = logging.getLogger(__name__)


class Heard(Protocol):
    """What is needed of an entry of the journal."""

    @property
    def position(self) -> int | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(slots=True)
class Row:
    """`models.HeatRow` as plain numbers: times in seconds since 1970, 0 for none."""

    report: int
    number: int
    received_at: int
    answered_at: int = 0
    closed_at: int = 0
    due: int = 0
    rated_at: int = 0
    topic: int = 0
    territory: int = 0
    channel: int = 0
    status: int = 0
    result: int = 0
    severity: int = 0
    urgent: bool = False
    life_support: bool = False
    public: bool = False
    supports: int = 0
    ratings: int = 0
    low: int = 0
    stars: int = 0
    disputes: int = 0
    r6: int = 0
    r7: int = 0
    r8: int = 0
    r9: int = 0
    position: int = 0


COLUMNS = tuple(field.name for field in fields(Row))
TIMES = ("received_at", "answered_at", "closed_at", "due", "rated_at")


@dataclass
class Words:
    """Codes of each kind, numbered from 1 in the order in which the journal named them."""

    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    fresh: list[tuple[str, int, str]] = field(default_factory=list)
    """What was numbered since the words were last stored."""

    def number(self, kind: str, code: str) -> int:
        """Return the number of a code, a new one if it was never named; 0 for the empty code."""
        if not code:
            return 0
        known = self.kinds.setdefault(kind, {})
        found = known.get(code)
        if found is None:
            found = known[code] = len(known) + 1
            self.fresh.append((kind, found, code))
        return found

    def find(self, kind: str, code: str) -> int | None:
        """Return the number of a code if it was ever named."""
        return self.kinds.get(kind, {}).get(code)

    def code(self, kind: str, number: int) -> str:
        """Return the code of a number; empty for 0 and for the unknown."""
        return self.codes(kind).get(number, "")

    def codes(self, kind: str) -> dict[int, str]:
        """Return all codes of a kind by number."""
        return {number: code for code, number in dict(self.kinds.get(kind, {})).items()}


LIVE = frozenset({"report.received", "report.withdrawn", "rating.given"})


def concerns(kind: str) -> bool:
    """Tell whether a fact can change a row."""
    return kind.startswith("case.") or kind in LIVE


def report_of(entry: Heard) -> int:
    """Return the report that a fact is about."""
    return int(entry.data["report"])


def _number_of(entry: Heard) -> int:
    """Return the public number of a report: its subject ends in it."""
    digits = entry.subject.rpartition(":")[2]
    return int(digits) if digits.isdigit() else 0


def fold(entries: Iterable[Heard], rows: MutableMapping[int, Row], words: Words) -> dict[int, Row]:
    """Apply facts, in order, to `rows` (by report), which holds all that they speak of.

    Facts that a row already knows are passed over, so that applying them again does no harm.
    Returns the rows that changed.
    """
    changed: dict[int, Row] = {}
    for entry in entries:
        if not concerns(entry.kind):
            continue
        report = report_of(entry)
        row = rows.get(report)
        if entry.kind == "report.received":
            if row is None:
                rows[report] = changed[report] = _received(entry, words)
        elif row is None:
            log.warning("position %s: a report that was never received", entry.position)
        elif row.position < (entry.position or 0):
            _apply(row, entry, words)
            row.position = entry.position or 0
            changed[report] = row
    return changed


def seconds(value: object) -> int:
    """Return a moment as whole seconds since 1970: from a datetime, ISO text or nothing."""
    if not value:
        return 0
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return int(moment.timestamp())


def _received(entry: Heard, words: Words) -> Row:
    data = entry.data
    row = Row(
        report=report_of(entry),
        number=_number_of(entry),
        received_at=seconds(entry.at),
        topic=words.number("topic", data.get("topic") or ""),
        territory=words.number("territory", data.get("territory") or ""),
        channel=words.number("channel", data.get("channel") or ""),
        status=words.number("status", "received"),
        position=entry.position or 0,
    )
    cell = data.get("cell")
    if cell is not None:
        row.r6, row.r7, row.r8, row.r9 = _cells(int(cell))
    return row


def _cells(cell: int) -> tuple[int, int, int, int]:
    one = np.array([cell], dtype=np.int64)
    six, seven, eight = (int(rules.parents(one, level)[0]) for level in (6, 7, 8))
    return six, seven, eight, cell


def _apply(row: Row, entry: Heard, words: Words) -> None:
    if entry.kind.startswith("case."):
        _case(row, entry, words)
    own = _OWN.get(entry.kind)
    if own:
        own(row, entry, words)


def _case(row: Row, entry: Heard, words: Words) -> None:
    data = entry.data
    status = str(data.get("status") or "")
    if status:
        row.status = words.number("status", status)
        row.closed_at = (row.closed_at or seconds(entry.at)) if status in rules.DONE else 0
    if data.get("topic"):
        row.topic = words.number("topic", data["topic"])
    if data.get("territory"):
        row.territory = words.number("territory", data["territory"])
    row.due = seconds(data.get("due"))
    if "severity" in data:
        row.severity = int(data["severity"])
        row.urgent = bool(data.get("urgent"))
        row.life_support = bool(data.get("life_support"))
    if "shown" in data:
        row.public = bool(data["shown"])


def _withdrawn(row: Row, entry: Heard, words: Words) -> None:
    row.status = words.number("status", "withdrawn")
    row.closed_at = row.closed_at or seconds(entry.at)


def _answered(row: Row, entry: Heard, words: Words) -> None:
    row.answered_at = row.answered_at or seconds(entry.at)
    row.result = words.number("result", str(entry.data.get("result") or ""))


def _reopened(row: Row, entry: Heard, words: Words) -> None:
    row.disputes += 1
    row.rated_at = max(row.rated_at, seconds(entry.at))
    row.result = words.number("result", "")


def _supported(row: Row, entry: Heard, _words: Words) -> None:
    row.supports = int(entry.data.get("supports") or 0)


def _rated(row: Row, entry: Heard, _words: Words) -> None:
    answer, result = int(entry.data["answer_score"]), int(entry.data["result_score"])
    row.ratings += 1
    row.low += min(answer, result) <= LOW_RATING
    row.stars += result
    row.rated_at = max(row.rated_at, seconds(entry.at))


LOW_RATING = 2
"""A rating up to this counts against the place, whichever of the two scores it is."""

_OWN: dict[str, Callable[[Row, Heard, Words], None]] = {
    "report.withdrawn": _withdrawn,
    "case.answered": _answered,
    "case.answered_interim": _answered,
    "case.reopened": _reopened,
    "case.supported": _supported,
    "rating.given": _rated,
}
