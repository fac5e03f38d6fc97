"""The live copy of the rows in this process: loaded from a file or the table, fed by the journal.

It does not wait for the follower: it folds the same facts with the same function, so it is as fresh
as the journal, and the map lives on while the worker is down. When the database is down the
last copy answers.
"""

from __future__ import annotations

import copy as shallow
import json
import logging
import shutil
import tempfile
import threading
import time
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from otklik.ground.kit.memo import remembered
from otklik.ground.topics.queries import topics
from otklik.journal import reading
from otklik.readers.heatmap import rules
from otklik.readers.heatmap.columns import (
    PLAIN,
    SCHEMA,
    WEIGHTS,
    Cells,
    Copy,
    Piece,
    Side,
    frame_of,
    rows_of,
    split,
    split_frame,
)
from otklik.readers.heatmap.folding import TIMES, Row, Words, concerns, fold, report_of
from otklik.readers.heatmap.models import HeatGeneration, HeatRow, HeatWord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt


log = logging.getLogger(__name__)

BATCH = 2_000
_timelines = count(1)
SIDES = ("counted", "aside", "secret")
PRESS_AT = 20_000
"""A ledger of so many rows, and of a fiftieth of the base, is pressed into a new base."""
SAVE_FROM = 20_000
"""A copy smaller than this is read from the table as fast as from a file."""


class Memory:
    """One region's copy in this process; safe to ask from any thread."""

    def __init__(self, region: str) -> None:
        """Know the region; nothing is read before the first question."""
        self.region = region
        self._copy: Copy | None = None
        self._latest: dict[int, Row] = {}
        self._lock = threading.RLock()
        self._pressing: threading.Thread | None = None
        self._looked = 0.0
        self._entry = 0
        self.timeline = 0
        """Another one when all had to be read anew: what was told of positions before is void."""
        self.saves = False
        """Whether this process writes the saved copy; the live one does."""

    def current(self, max_age: float = 0.0) -> Copy:
        """Return the copy, no older than so many seconds while the database answers."""
        if self._copy is not None and time.monotonic() - self._looked < max_age:
            return self._copy
        with self._lock:
            if self._copy is not None and time.monotonic() - self._looked < max_age:
                return self._copy
            try:
                self.refresh()
            except (OperationalError, InterfaceError):
                if self._copy is None:
                    raise
                log.warning("the map is answered from memory: the database does not answer")
            assert self._copy is not None
            return self._copy

    @property
    def stale_seconds(self) -> float:
        """How long ago the journal was last looked at."""
        return time.monotonic() - self._looked

    def refresh(self) -> None:
        """Read what the journal got since; read all anew if it is not the journal we followed."""
        with self._lock:
            head = reading.head()
            if self._copy is None or not self._follows(head) or self._copy.closed != _closed():
                self.timeline = next(_timelines)
                self._copy, self._entry, self._latest = None, 0, {}
                self._copy = replace(self._load(), timeline=self.timeline)
            while self._copy.position < head:
                entries = reading.after(self._copy.position, BATCH)
                if not entries:
                    break
                self.feed(entries)
            self._looked = time.monotonic()

    def _follows(self, head: int) -> bool:
        """Tell whether the journal still has, at our position, the very entry that we read there.

        A restored backup or a failover may give positions again, to other facts.
        """
        assert self._copy is not None
        position = self._copy.position
        if head == position or not self._entry:
            return head >= position
        last = next(iter(reading.after(position - 1, 1)), None)
        return bool(last and last.position == position and last.id == self._entry)

    def feed(self, entries: Sequence[Any]) -> Copy:
        """Fold the next entries of the journal into the copy."""
        with self._lock:
            copy = self._copy
            assert copy is not None
            new = [entry for entry in entries if entry.position > copy.position]
            mine = [e for e in new if e.region == self.region and concerns(e.kind)]
            rows = self._rows({report_of(entry) for entry in mine}, copy)
            before = {report: shallow.copy(row) for report, row in rows.items()}
            changed = fold(mine, rows, copy.words)
            old = [before[report] for report in changed if report in before]
            position = new[-1].position if new else copy.position
            self._entry = new[-1].id if new else self._entry
            self._copy = self._changed(copy, old, list(changed.values()), position)
            self._latest |= changed
            self._looked = time.monotonic()
            self._press_if_long()
            return self._copy

    def _rows(self, reports: set[int], copy: Copy) -> dict[int, Row]:
        known = {report: self._latest[report] for report in reports if report in self._latest}
        missing = np.array(sorted(reports - known.keys()), dtype=np.int64)
        if len(missing):
            for side in copy.sides:
                found = rows_of(side.base.find(missing), copy.cells)
                known |= {row.report: row for row in found}
        return known

    @staticmethod
    def _changed(copy: Copy, old: Sequence[Row], new: Sequence[Row], position: int) -> Copy:
        if not new:
            return replace(copy, position=position)
        gone, come = (split(rows, copy.words, copy.closed) for rows in (old, new))
        counted, aside, secret = (
            side.changed(frame_of(minus, copy.cells), frame_of(plus, copy.cells))
            for side, minus, plus in zip(copy.sides, gone, come, strict=True)
        )
        return replace(copy, counted=counted, aside=aside, secret=secret, position=position)

    # Pressing the ledger into a new base, beside the work.

    def _press_if_long(self) -> None:
        assert self._copy is not None
        base = self._copy.counted.base.frame.height
        if self._copy.ledger < max(PRESS_AT, base // 50) or self._pressing:
            return
        self._pressing = threading.Thread(target=self.press, name="heat map press", daemon=True)
        self._pressing.start()

    def press(self) -> None:
        """Press the ledger into the base; questions and facts go on meanwhile."""
        try:
            with self._lock:
                before = self._copy
            if before is None or not before.ledger:
                return
            bases = [side.pressed() for side in before.sides]
            with self._lock:
                now = self._copy
                assert now is not None
                counted, aside, secret = (
                    side.after_pressing(base, old)
                    for side, base, old in zip(now.sides, bases, before.sides, strict=True)
                )
                self._copy = replace(now, counted=counted, aside=aside, secret=secret)
                self._latest = {
                    report: row
                    for report, row in self._latest.items()
                    if row.position > before.position
                }
        finally:
            self._pressing = None
        if self.saves:
            self.save(bases, before)

    # Reading the table.

    def _load(self) -> Copy:
        began = time.monotonic()
        generation = _generation(self.region)
        saved = _read(self.region, generation)
        if saved is None:
            copy = self._from_table()
        else:
            copy = saved
            self._copy = copy
            copy = self._newer(copy)
        rows = sum(side.base.frame.height for side in copy.sides)
        log.info("heat map: %s rows in %.1f s", rows, time.monotonic() - began)
        return copy

    def _newer(self, copy: Copy) -> Copy:
        """Put over a saved copy the rows that the table changed since."""
        position = _table_position(self.region)
        later = HeatRow.objects.filter(region=self.region, position__gt=copy.position)
        rows = [_row(line) for line in later.order_by("position")]
        copy.words.kinds = _words(self.region).kinds
        known = self._rows({row.report for row in rows}, copy)
        self._latest = {row.report: row for row in rows}
        return self._changed(copy, list(known.values()), rows, max(position, copy.position))

    def _from_table(self) -> Copy:
        # The position is read before the rows and the words after them: what came in between is
        # folded once more, and a row passes over the facts that it knows.
        position = _table_position(self.region)
        columns = _copied(self.region)
        words = _words(self.region)
        cells, numbers = Cells.of(columns.pop("r9"))
        severity = columns["severity"].astype(np.int64)
        for level in rules.CELL_LEVELS:
            columns[f"k{level}"] = numbers[level] * WEIGHTS + severity
        columns["kt"] = columns["territory"].astype(np.int64) * WEIGHTS + severity
        frame = pl.DataFrame(
            {name: pl.Series(name, columns[name]).cast(kind) for name, kind in SCHEMA.items()}
        ).sort("received_at", "report")
        closed = _closed()
        counted, aside, secret = (
            Side(Piece(part.rechunk(), 1, ordered=True))
            for part in split_frame(frame, words, closed)
        )
        return Copy(counted, aside, secret, cells, words, closed, position)

    # The saved copy.

    def save(self, bases: Sequence[Piece], before: Copy) -> Path | None:
        """Write a base to the disk, so that the next start takes a moment; whole or not at all."""
        if bases[0].frame.height < SAVE_FROM:
            return None
        entry = next(iter(reading.after(before.position - 1, 1)), None)
        if entry is None or entry.position != before.position:
            return None
        folder = _folder(self.region)
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=folder))
        for name, base in zip(SIDES, bases, strict=True):
            base.frame.write_ipc(draft / f"{name}.arrow", compression="uncompressed")
        for level in rules.CELL_LEVELS:
            np.save(draft / f"cells{level}.npy", before.cells.names(level))
        meta = {
            "schema": {name: str(kind) for name, kind in SCHEMA.items()},
            "position": before.position,
            "entry": entry.id,
            "generation": _generation(self.region),
            "words": before.words.kinds,
            "closed": sorted(before.closed),
        }
        (draft / "meta.json").write_text(json.dumps(meta))
        final = folder / f"{before.position:020d}"
        if final.exists():
            shutil.rmtree(draft)
        else:
            draft.rename(final)
        _tidy(folder, final)
        return final


@remembered(seconds=10)
def _closed() -> frozenset[str]:
    """Return the facts of the closed contour: no map, count or list shows what is under them."""
    tree = topics()
    return frozenset(
        tree.by_id[key].code
        for topic in tree.by_code.values()
        if topic.closed
        for key in tree.under(topic)
    )


def _folder(region: str) -> Path:
    return Path(settings.DATA) / "heat" / region


def _tidy(folder: Path, newest: Path) -> None:
    """Remove what is older; a process that has it open keeps its pages."""
    for other in folder.iterdir():
        old_draft = other.name.startswith("draft-") and time.time() - other.stat().st_mtime > 600  # noqa: PLR2004
        if old_draft or (other.name.isdigit() and other.name < newest.name):
            shutil.rmtree(other, ignore_errors=True)


def _read(region: str, generation: int) -> Copy | None:
    """Return the newest saved copy if it belongs to this very database."""
    folder = _folder(region)
    found = sorted((p for p in folder.glob("[0-9]*") if p.name.isdigit()), reverse=True)
    for path in found:
        try:
            meta = json.loads((path / "meta.json").read_text())
            if not _ours(meta, generation):
                continue
            frames = [pl.scan_ipc(path / f"{side}.arrow").collect().rechunk() for side in SIDES]
            cells = Cells({n: np.load(path / f"cells{n}.npy") for n in rules.CELL_LEVELS})
        except (OSError, ValueError, KeyError, pl.exceptions.PolarsError):
            log.warning("the saved copy %s cannot be read", path, exc_info=True)
            continue
        counted, aside, secret = (Side(Piece(frame, 1, ordered=True)) for frame in frames)
        words, closed = Words(meta["words"]), frozenset(meta["closed"])
        return Copy(counted, aside, secret, cells, words, closed, int(meta["position"]))
    return None


def _ours(meta: dict[str, Any], generation: int) -> bool:
    """Tell whether a saved copy is of this journal: the entry at its position must be the same."""
    if meta["generation"] != generation or frozenset(meta["closed"]) != _closed():
        return False
    if meta["schema"] != {name: str(kind) for name, kind in SCHEMA.items()}:
        return False
    entry = next(iter(reading.after(meta["position"] - 1, 1)), None)
    return bool(entry and entry.position == meta["position"] and entry.id == meta["entry"])


def _generation(region: str) -> int:
    found = HeatGeneration.objects.filter(region=region).first()
    return found.value if found else 0


def _words(region: str) -> Words:
    words = Words()
    for word in HeatWord.objects.filter(region=region).order_by("kind", "number"):
        words.kinds.setdefault(word.kind, {})[word.code] = word.number
    return words


def _table_position(region: str) -> int:
    last = HeatRow.objects.filter(region=region).order_by("-position").first()
    return last.position if last else 0


def _row(line: HeatRow) -> Row:
    values: dict[str, Any] = {name: getattr(line, name) for name in PLAIN}
    for name in TIMES:
        values[name] = int(values[name].timestamp()) if values[name] else 0
    return Row(**values, r6=line.r6, r7=line.r7, r8=line.r8, r9=line.r9)


# COPY in binary gives lines of one width, since nothing in them is NULL: they are read as an array.

_NARROW = {"number": ">i4", "supports": ">i4", "stars": ">i4"} | dict.fromkeys(
    ["topic", "territory", "channel", "status", "result", "severity", "ratings", "low", "disputes"],
    ">i2",
)
_FLAGS = dict.fromkeys(["urgent", "life_support", "public"], "?")
_LINE = (*PLAIN, "r9")
_TYPES = dict.fromkeys(_LINE, ">i8") | _NARROW | _FLAGS
_DTYPE = np.dtype(
    [("fields", ">i2")]
    + [item for name in _LINE for item in ((f"{name} length", ">i4"), (name, _TYPES[name]))]
)
_HEADER = 19
_EPOCH_2000 = 946_684_800
_LINES = 100_000


def _copied(region: str) -> dict[str, npt.NDArray[Any]]:
    """Read the whole table as arrays."""
    parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in _LINE}
    for lines in _lines(region):
        for name in _LINE:
            found = lines[name].astype(_DTYPE[name].newbyteorder("="))
            parts[name].append(found // 1_000_000 + _EPOCH_2000 if name in TIMES else found)
    return {name: np.concatenate(found) for name, found in parts.items()}


def _lines(region: str) -> Iterator[npt.NDArray[Any]]:
    names = ", ".join(
        f"coalesce({name}, 'epoch'::timestamptz)" if name in TIMES else name for name in _LINE
    )
    query = f"COPY (SELECT {names} FROM heatmap_heatrow WHERE region_id = {{}})"  # noqa: S608
    waiting = bytearray()
    first = True
    yield np.zeros(0, dtype=_DTYPE)
    statement = _copy_statement(query, region)
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for block in stream:
            waiting += block
            if first and len(waiting) >= _HEADER:
                del waiting[:_HEADER]
                first = False
            if len(waiting) >= _LINES * _DTYPE.itemsize:
                yield _whole_lines(waiting)
    yield _whole_lines(waiting)


def _copy_statement(query: str, region: str) -> Any:
    from psycopg import sql  # noqa: PLC0415  (only to quote one value)

    return sql.SQL(query + " TO STDOUT (FORMAT BINARY)").format(sql.Literal(region))


def _whole_lines(waiting: bytearray) -> npt.NDArray[Any]:
    count = len(waiting) // _DTYPE.itemsize
    lines = np.frombuffer(bytes(waiting[: count * _DTYPE.itemsize]), dtype=_DTYPE)
    del waiting[: count * _DTYPE.itemsize]
    return lines


@remembered(seconds=10**9)
def memory(region: str) -> Memory:
    """Return this process's copy of a region; `kit.memo.forget` drops it."""
    return Memory(region)
