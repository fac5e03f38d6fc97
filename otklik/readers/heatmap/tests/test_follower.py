"""The projection follows the facts, a rebuild gives the same, and so does the copy in memory."""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import h3
import polars as pl
import pytest
from django.conf import settings
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from otklik.flow.cases.events import (
    CaseAnswered,
    CaseAssigned,
    CaseConfirmed,
    CaseOpened,
    CaseReopened,
    CaseRetopiced,
    CaseSupported,
)
from otklik.flow.intake.events import ReportWithdrawn
from otklik.flow.rating.events import RatingGiven
from otklik.journal import reading
from otklik.journal.following import catch_up, rebuild
from otklik.readers.heatmap import counting, queries
from otklik.readers.heatmap.columns import KEYS
from otklik.readers.heatmap.counting import HeatFilters, count
from otklik.readers.heatmap.folding import COLUMNS
from otklik.readers.heatmap.memory import Memory, memory
from otklik.readers.heatmap.models import HeatGeneration, HeatRow, HeatWord
from otklik.readers.heatmap.tests.build import base, cell, received, tell
from tests.cast import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from otklik.journal.facts import Fact

pytestmark = pytest.mark.usefixtures("world")

TOPICS = ["roads-pothole", "heat-none", "waste-not-collected", ""]
PLACES = ["vologda-city", "cherepovets-city", ""]
CHANNELS = ["site", "phone", "vk"]
ENDS = ["assigned", "rejected", "clarification", "answered", "resolved_confirmed"]


def life(report: int, dice: random.Random, now: datetime = NOW) -> list[Fact]:
    """Return the facts of one message's whole life, made of dice."""
    at = now - timedelta(seconds=dice.randrange(1, 40 * 86_400))
    place = dice.choice(PLACES)
    pin = cell(59.2 + dice.gauss(0, 0.02), 39.9 + dice.gauss(0, 0.04))
    common: dict[str, Any] = {"report": report, "topic": dice.choice(TOPICS), "territory": place}
    due = at + timedelta(days=dice.choice([1, 8, 30]))
    facts: list[Fact] = [
        received(report, at, channel=dice.choice(CHANNELS), territory=place,
                 cell=pin if dice.random() < 0.9 else None)
    ]  # fmt: skip
    if dice.random() < 0.1:
        return facts
    facts.append(
        CaseOpened(**base(report, at), **common, status="submitted", due=due,
                   severity=dice.randint(1, 5), urgent=dice.random() < 0.1,
                   life_support=dice.random() < 0.1)
    )  # fmt: skip
    end = dice.choice(ENDS)
    if end in {"answered", "resolved_confirmed"}:
        facts.append(
            CaseAnswered(**base(report, at + timedelta(days=1)), **common, status="answered",
                         due=due, answer=report, result=dice.choice(["solved", "explained"]))
        )  # fmt: skip
    if end == "resolved_confirmed":
        facts.append(
            RatingGiven(**base(report, at + timedelta(days=2)), case=f"{report:08d}",
                        report=report, answer=report, answer_score=dice.randint(1, 5),
                        result_score=dice.randint(1, 5))
        )  # fmt: skip
    facts.append(CaseAssigned(**base(report, at), **common, status=end, due=due))
    if dice.random() < 0.3:
        facts.append(
            CaseSupported(**base(report, at), **common, status=end, due=due,
                          supports=dice.randint(1, 9))
        )  # fmt: skip
    if dice.random() < 0.1:
        facts.append(
            CaseReopened(**base(report, at + timedelta(days=3)), **common, status="reopened",
                         due=due, dispute=1)
        )  # fmt: skip
    return facts


def live(many: int, seed: int = 7) -> None:
    dice = random.Random(seed)
    for report in range(1, many + 1):
        tell(*life(report, dice))


def rows() -> list[dict[str, Any]]:
    return [dict(row) for row in HeatRow.objects.order_by("report").values()]


def words() -> list[Any]:
    return list(HeatWord.objects.order_by("kind", "number").values_list("kind", "number", "code"))


def test_it_keeps_one_row_a_message() -> None:
    due = NOW + timedelta(days=3)
    common: dict[str, Any] = {"report": 5, "topic": "heat-none", "territory": "vologda-city"}
    pin = cell(59.22, 39.89)
    tell(received(5, cell=pin, territory="vologda-city", topic="roads-pothole"))
    catch_up(["heatmap"])
    assert HeatRow.objects.get().severity == 0
    tell(
        CaseOpened(**base(5, NOW), **common, status="submitted", due=due, severity=5, urgent=True,
                   life_support=True, shown=True),
        CaseSupported(**base(5, NOW), **common, status="submitted", due=due, supports=3),
        CaseAnswered(**base(5, NOW + timedelta(hours=5)), **common, status="answered", due=due,
                     answer=1, result="solved"),
        RatingGiven(**base(5, NOW + timedelta(hours=6)), case="00000185", report=5, answer=1,
                    answer_score=2, result_score=4),
        CaseReopened(**base(5, NOW + timedelta(hours=7)), **common, status="reopened", due=due,
                     dispute=1),
        CaseConfirmed(**base(5, NOW + timedelta(hours=9)), **common, status="resolved_confirmed"),
    )  # fmt: skip
    catch_up(["heatmap"])
    row = HeatRow.objects.get()
    known = {(word.kind, word.code): word.number for word in HeatWord.objects.all()}
    assert (row.report, row.number, row.received_at) == (5, 185, NOW)
    assert row.answered_at == NOW + timedelta(hours=5)
    assert row.rated_at == NOW + timedelta(hours=7)
    assert row.closed_at == NOW + timedelta(hours=9)
    assert row.due is None
    assert row.topic == known["topic", "heat-none"]
    assert row.territory == known["territory", "vologda-city"]
    assert row.status == known["status", "resolved_confirmed"]
    assert (row.severity, row.urgent, row.life_support, row.public) == (5, True, True, True)
    assert (row.supports, row.ratings, row.low, row.stars, row.disputes) == (3, 1, 1, 4, 1)
    assert row.r9 == pin
    assert row.r6 == int(h3.str_to_int(h3.cell_to_parent(h3.int_to_str(pin), 6)))
    assert row.result == 0  # the solution that was announced did not hold
    assert row.position == reading.head()


def test_it_forgets_the_end_of_a_case_that_goes_on() -> None:
    common: dict[str, Any] = {"report": 5, "topic": "heat-none"}
    tell(received(5), CaseAssigned(**base(5, NOW), **common, status="closed"))
    catch_up(["heatmap"])
    assert HeatRow.objects.get().closed_at == NOW
    tell(CaseReopened(**base(5, NOW), **common, status="reopened", dispute=1))
    catch_up(["heatmap"])
    assert HeatRow.objects.get().closed_at is None


def test_it_hears_that_a_message_was_taken_back() -> None:
    tell(received(5), ReportWithdrawn(**base(5, NOW, "report"), report=5))
    catch_up(["heatmap"])
    withdrawn = HeatWord.objects.get(kind="status", code="withdrawn")
    assert HeatRow.objects.get().status == withdrawn.number


def test_it_does_not_stop_at_a_message_it_never_heard_of() -> None:
    tell(CaseAssigned(**base(9, NOW), report=9, status="assigned"), received(5))
    catch_up(["heatmap"])
    assert [row["report"] for row in rows()] == [5]


def test_a_rebuild_gives_the_same() -> None:
    live(120)
    catch_up(["heatmap"])
    before, spoken = rows(), words()
    generation = HeatGeneration.objects.filter(region=settings.REGION).first()
    rebuild("heatmap")
    assert rows() == before
    assert words() == spoken
    assert HeatGeneration.objects.get(region=settings.REGION) != generation


def as_table(copy_of: Memory) -> list[dict[str, Any]]:
    """Return the rows of a copy in the shape of the table."""
    from otklik.readers.heatmap.columns import rows_of  # noqa: PLC0415
    from otklik.readers.heatmap.rules import Span  # noqa: PLC0415

    copied = copy_of.current(0)
    found = [
        row for side in copied.sides for row in rows_of(side.rows(Span(0, 2**32 - 1)), copied.cells)
    ]
    return sorted((asdict(row) for row in found), key=lambda row: int(row["report"]))


def from_table() -> list[dict[str, Any]]:
    from otklik.readers.heatmap.follower import stored_rows  # noqa: PLC0415

    found = stored_rows(HeatRow.objects.values_list("report", flat=True))
    return [asdict(found[report]) for report in sorted(found)]


def test_the_copy_is_the_table_however_it_came_to_be(tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path
    followed = Memory(settings.REGION)
    followed.current()
    live(60)
    assert len(as_table(followed)) == 60  # the follower has not even begun
    catch_up(["heatmap"])
    assert as_table(followed) == from_table()
    loaded = Memory(settings.REGION)
    assert as_table(loaded) == from_table()
    live(60)  # the same reports live on: old rows change
    assert as_table(loaded) == as_table(followed)
    loaded.press()
    assert loaded.current(0).ledger == 0
    assert as_table(loaded) == as_table(followed)
    tell(received(1000), CaseSupported(**base(7, NOW), report=7, status="rejected", supports=2))
    assert as_table(loaded) == as_table(followed)
    catch_up(["heatmap"])
    assert as_table(loaded) == from_table()


def test_a_saved_copy_is_put_in_step_with_the_table(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otklik.readers.heatmap.memory.SAVE_FROM", 1)
    settings.DATA = tmp_path
    live(50)
    catch_up(["heatmap"])
    first = Memory(settings.REGION)
    first.saves = True
    first.current()
    tell(received(100, channel="sms"))
    catch_up(["heatmap"])
    first.refresh()
    first.press()
    (saved,) = (tmp_path / "heat" / settings.REGION).iterdir()
    assert int(saved.name) == reading.head()
    tell(received(101, territory="belozersky-okrug", cell=cell(60.03, 37.8)))
    tell(CaseRetopiced(**base(3, NOW), report=3, status="assigned", topic="new-one", severity=2))
    catch_up(["heatmap"])
    tell(received(102))
    second = Memory(settings.REGION)
    monkeypatch.setattr(Memory, "_from_table", None)  # it may not be needed
    assert [row["report"] for row in as_table(second)][-3:] == [100, 101, 102]
    catch_up(["heatmap"])
    assert as_table(second) == from_table()


def test_a_saved_copy_of_another_journal_is_not_used(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otklik.readers.heatmap.memory.SAVE_FROM", 1)
    settings.DATA = tmp_path
    live(5)
    catch_up(["heatmap"])
    first = Memory(settings.REGION)
    first.saves = True
    first.current()
    tell(received(100))
    first.refresh()
    first.press()
    assert any(tmp_path.rglob("meta.json"))
    rebuild("heatmap")
    monkeypatch.setattr("otklik.readers.heatmap.memory.pl.scan_ipc", None)
    assert as_table(Memory(settings.REGION)) == from_table()


def test_the_copy_notices_that_the_journal_is_another() -> None:
    """After a restored backup the same positions may hold other facts."""
    copied = Memory(settings.REGION)
    tell(received(1), received(2))
    assert len(as_table(copied)) == 2
    timeline = copied.timeline
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM journal_entry")
        cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER USER")
    for report in (7, 8, 9):
        tell(received(report))
    assert [row["report"] for row in as_table(copied)] == [7, 8, 9]
    assert copied.timeline != timeline


def test_the_last_copy_answers_while_the_database_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    tell(received(1, territory="vologda-city"))
    asked = HeatFilters()
    whole = queries.snapshot(asked, "territory", now=NOW, public=False)

    def down(*_: object) -> int:
        raise OperationalError("the server closed the connection unexpectedly")

    copied = memory(settings.REGION)
    monkeypatch.setattr("otklik.journal.reading.head", down)
    assert copied.current(0).position == whole["as_of"]
    monkeypatch.setattr("otklik.readers.heatmap.counting.marks", down)
    later = queries.snapshot(asked, "territory", now=NOW + timedelta(minutes=1), public=False)
    assert later == whole
    with pytest.raises(OperationalError):
        Memory(settings.REGION).current()


# The copy against plain SQL.


filters = st.builds(
    HeatFilters,
    topics=st.lists(st.sampled_from(["roads-pothole", "heat-none", "never-heard"]), max_size=2).map(
        tuple
    ),
    territories=st.lists(st.sampled_from(PLACES[:2]), max_size=1).map(tuple),
    channels=st.lists(st.sampled_from(CHANNELS), max_size=2).map(tuple),
    statuses=st.sampled_from(
        [(), ("open",), ("overdue",), ("answered",), ("solved",), ("rejected",), ("assigned",)]
    ),
    since=st.none() | st.integers(0, 45).map(lambda days: NOW - timedelta(days=days, hours=3)),
    until=st.none() | st.integers(-1, 30).map(lambda days: NOW - timedelta(days=days)),
)
COLUMN = {"territory": "territory", **{level: f"r{level}" for level in ("6", "7", "8", "9")}}


def by_sql(asked: HeatFilters, level: str, now: datetime) -> dict[int, tuple[int, ...]]:
    """Count places with one plain statement, told nothing of ledgers and columns."""
    seen = counting.see(asked, now)
    numbers = {(word.kind, word.code): word.number for word in HeatWord.objects.all()}

    def among(kind: str, codes: Any) -> str:
        found = [str(numbers.get((kind, code), -1)) for code in codes] or ["-1"]
        return f"{kind} IN ({', '.join(found)})"

    states = {
        "open": "closed_at IS NULL",
        "overdue": "late",
        "answered": among("status", ["answered", "closed", "resolved_confirmed", "interim"]),
        "solved": among("status", ["resolved_confirmed"]),
    }
    asked_for = [among("topic", counting.facts_under(asked.topics))] if asked.topics else []
    asked_for += [among("territory", asked.territories)] if asked.territories else []
    asked_for += [among("channel", asked.channels)] if asked.channels else []
    asked_for += [states.get(status, among("status", [status])) for status in asked.statuses]
    counts = asked.statuses == ("rejected",)
    asked_for.append(("" if counts else "NOT ") + among("status", ["rejected", "withdrawn"]))
    rated_from = min(seen.window.start, seen.window.end - 30 * 86_400)
    window = f"received >= {seen.window.start} AND received < {seen.window.end}"
    statement = f"""
        WITH told AS (
            SELECT *, extract(epoch FROM received_at)::bigint AS received,
                   extract(epoch FROM rated_at)::bigint AS rated,
                   coalesce(closed_at IS NULL AND due < to_timestamp({seen.seconds})
                            AND NOT {among("status", ["clarification"])}, false) AS late
            FROM heatmap_heatrow
        )
        SELECT {COLUMN[level]},
               count(*) FILTER (WHERE {window}),
               coalesce(sum(severity) FILTER (WHERE {window}), 0),
               count(*) FILTER (WHERE closed_at IS NULL),
               count(*) FILTER (WHERE late),
               coalesce(sum(ratings + disputes)
                        FILTER (WHERE rated >= {rated_from} AND rated < {seen.window.end}), 0),
               coalesce(sum(low + disputes)
                        FILTER (WHERE rated >= {rated_from} AND rated < {seen.window.end}), 0),
               coalesce(sum(supports) FILTER (WHERE {window}), 0)
        FROM told
        WHERE received < {seen.window.end} AND {COLUMN[level]} <> 0
          AND {" AND ".join(asked_for)}
        GROUP BY 1
    """  # noqa: S608  (numbers of ours alone)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        lines = cursor.fetchall()
    return {int(line[0]): tuple(int(n) for n in line[1:]) for line in lines if line[1] or line[3]}


def by_copy(asked: HeatFilters, level: str, now: datetime) -> dict[int, tuple[int, ...]]:
    seen = counting.see(asked, now)
    counted = count(seen, level)
    m = counted.measures
    weights = seen.side.tally(
        KEYS[level], seen.window, places=seen.copy.places(level), condition=seen.condition
    )
    names = seen.copy.cells.names(int(level)) if level != "territory" else None
    found = {}
    for n, number in enumerate(counted.numbers.tolist()):
        line = (m.observed[n], 0, m.open[n], m.overdue[n], m.rated[n], m.low[n], m.joined[n])
        weighed = sum(weight * int(times) for weight, times in enumerate(weights[number]))
        if line[0] or line[2]:
            key = number if names is None else int(names[number])
            found[key] = (int(line[0]), weighed, *(int(value) for value in line[2:]))
    return found


@pytest.fixture
def lived(world: None) -> None:
    live(150)
    catch_up(["heatmap"])
    memory(settings.REGION).current(0)
    live(40, seed=8)  # some of them live on, so that the ledger is not empty
    catch_up(["heatmap"])


@pytest.mark.usefixtures("lived")
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(asked=filters, level=st.sampled_from(list(COLUMN)))
def test_the_copy_counts_as_sql_does(asked: HeatFilters, level: str) -> None:
    assert by_copy(asked, level, NOW) == by_sql(asked, level, NOW)


@pytest.mark.usefixtures("lived")
def test_the_first_columns_are_those_of_the_table() -> None:
    table = {field.column for field in HeatRow._meta.get_fields() if hasattr(field, "column")}
    assert set(COLUMNS) == table - {"region_id"}
    seen = counting.see(HeatFilters(since=datetime(2020, 1, 1, tzinfo=UTC)), NOW)
    frame = seen.copy.counted.rows(seen.window)
    assert frame["received_at"].is_sorted()
    assert frame.filter(pl.col("report").is_duplicated()).height == 0
