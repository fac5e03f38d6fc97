"""Ballots on paper count when two read the same; rights set aside wait; bursts stand out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from otklik.ground.accounts.rules import Refused
from otklik.journal.reading import about
from otklik.participation.ballots import commands, queries, rules
from otklik.participation.ballots.models import HeldRight, PaperEntry, RightsRuling
from otklik.participation.ballots.tests.helpers import (
    DAY,
    END,
    Voter,
    citizen,
    finished,
    on_paper,
    operators,
    running,
    sheet_scan,
)
from tests.cast import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("world")
AT = NOW + 2 * DAY


def refused(verb: Any) -> str:
    with pytest.raises(Refused) as found:
        verb()
    return found.value.code


@pytest.mark.parametrize(
    ("entries", "state", "counts"),
    [
        ([["a"]], "waiting", None), ([["a"], ["a"]], "counted", ["a"]),
        ([["a"], ["b"]], "differs", None), ([["a"], None], "differs", None),
        ([None, None], "spoiled", None), ([["a"], ["b"], ["b"]], "counted", ["b"]),
        ([["a"], None, None], "spoiled", None), ([None], "waiting", None),
    ],
)  # fmt: skip
def test_a_sheet_stands_by_what_two_or_three_read(entries: Any, state: str, counts: Any) -> None:
    assert rules.reading(entries) == (state, counts)


@pytest.mark.parametrize("secrecy", ["open", "detached", "blind"])
def test_only_sheets_that_two_read_alike_or_a_third_settled_count_and_stand_apart(
    secrecy: str,
) -> None:
    vote, by = running(secrecy, "approval", paper=True), operators()
    Voter(citizen()).cast(vote, ["v1"])
    on_paper(vote, 1, ["v2"], ["v2"], by=by)
    on_paper(vote, 2, ["v2"], ["v1"], by=by)
    on_paper(vote, 3, ["v1"], ["v2"], ["v2"], by=by)
    on_paper(vote, 4, None, None, by=by)
    on_paper(vote, 5, ["v1"], by=by)
    result = finished(vote).result
    assert (result["ballots"], result["issued"]) == (3, 1)
    assert result["votes"] == {"v1": 1, "v2": 2, "v3": 0}
    assert result["site"] == {"ballots": 1, "votes": {"v1": 1, "v2": 0, "v3": 0}}
    paper = {"ballots": 2, "votes": {"v1": 0, "v2": 2, "v3": 0}, "spoiled": 1, "unread": 2}
    assert result["paper"] == paper
    assert result["chosen"] == ["v2"]
    told = [each for each in about(vote.ref) if "paper" in each.kind]
    assert len(told) == 10
    assert not [each for each in told if set(each.data) - {"vote", "secrecy", "sheet", "place"}]


def test_nobody_reads_a_sheet_twice_and_no_number_or_scan_comes_twice() -> None:
    vote, by = running("detached", paper=True), operators()
    one, two, three = by
    enter = partial(commands.enter_sheet, vote.pk, by=one, now=AT)
    sheet = enter(7, ["v1"], scan=[sheet_scan(7)])
    assert refused(lambda: enter(7, ["v1"], scan=[sheet_scan(8)])) == "number"
    assert refused(lambda: enter(8, ["v1"], scan=[sheet_scan(7)])) == "same_scan"
    assert refused(lambda: enter(8, ["v1"], scan=[])) == "scan"
    assert refused(lambda: enter(8, ["v9"], scan=[sheet_scan(8)])) == "unknown"
    again = partial(commands.read_sheet, sheet.pk, ["v2"], now=AT)
    settle = partial(commands.settle_sheet, sheet.pk, ["v2"], now=AT)
    assert refused(lambda: settle(by=three, reason="так")) == "agreed"
    assert refused(lambda: again(by=one)) == "same_hand"
    again(by=two)
    assert refused(lambda: again(by=three)) == "read"
    assert refused(lambda: settle(by=two, reason="так")) == "same_hand"
    assert refused(lambda: settle(by=three, reason=" ")) == "reason"
    settle(by=three, reason="крестик во второй клетке")
    late = partial(commands.enter_sheet, vote.pk, 9, ["v1"], scan=[sheet_scan(9)], by=one)
    assert refused(lambda: late(now=END)) == "not_open"
    without = running("detached")
    assert refused(lambda: commands.enter_sheet(
        without.pk, 1, ["v1"], scan=[sheet_scan(1)], by=one, now=AT)) == "no_paper"  # fmt: skip


def test_what_was_read_stands_and_who_settles_says_why_by_the_database_alone() -> None:
    vote, by = running("detached", paper=True), operators()
    on_paper(vote, 1, ["v1"], ["v2"], by=by)
    entries: Any = PaperEntry.objects.filter(sheet__vote=vote)
    changes: list[Callable[[], Any]] = [
        partial(entries.update, choices=["v3"]), partial(entries._raw_delete, "default"),
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
            change()
    sheet = entries[0].sheet
    third = {"region": vote.region, "sheet": sheet, "place": 3, "by": by[2], "at": AT}
    with pytest.raises(IntegrityError, match="who_settles_says_why"), transaction.atomic():
        PaperEntry.objects.create(**third, choices=["v1"])


# --- Rights set aside ---


@pytest.mark.parametrize("secrecy", ["open", "detached", "blind"])
def test_a_right_set_aside_waits_is_judged_aloud_and_nothing_is_deleted(secrecy: str) -> None:
    vote = running(secrecy)
    voter, other, early = Voter(citizen()), Voter(citizen()), Voter(citizen())
    early.cast(vote, ["v1"])
    hold = partial(commands.hold_right, vote.pk, batch="ab" * 32, now=AT)
    assert not hold(voter=early.person), "who has a ballot keeps it"
    assert hold(voter=voter.person)
    assert hold(voter=voter.person)
    assert queries.set_aside(vote) == {"held": 1, "admitted": 0, "refused": 0}
    assert refused(lambda: voter.cast(vote, ["v1"])) == "held"
    judge = partial(commands.judge_rights, vote.pk, by=vote.made_by, now=AT)
    assert refused(lambda: judge("ab" * 32, verdict="admitted", reason="")) == "reason"
    assert refused(lambda: judge("ab" * 32, verdict="burned", reason="так")) == "verdict"
    assert judge("ab" * 32, verdict="admitted", reason="общежитие") == 1
    voter.cast(vote, ["v2"])
    hold(voter=other.person)
    assert judge("ab" * 32, verdict="refused", reason="одна рука") == 1
    assert refused(lambda: other.cast(vote, ["v1"])) == "held"
    assert queries.set_aside(vote) == {"held": 0, "admitted": 1, "refused": 1}
    assert HeldRight.objects.filter(vote=vote, batch="").count() == 2, "batches are forgotten"
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        RightsRuling.objects.update(rights=9)
    told = [each.kind for each in about(vote.ref) if each.kind.startswith("right.")]
    assert told == ["right.held", "right.judged", "right.held", "right.judged"]
    assert finished(vote).result["ballots"] == 2


# --- Bursts ---


def test_a_minute_stands_out_by_its_number_and_against_the_usual_one() -> None:
    start = datetime(2026, 11, 26, 10, tzinfo=UTC)
    calm = {start + timedelta(minutes=n): 2 for n in range(20)}
    rush = start + timedelta(minutes=40)
    by = rules.Unusual(floor=30, times=5)
    assert rules.bursts({}, by) == []
    assert rules.bursts(calm, by) == []
    assert rules.bursts({**calm, rush: 29}, by) == []
    assert rules.bursts({**calm, rush: 30}, by) == [(rush, 30)]
    busy = dict.fromkeys(calm, 10)
    assert rules.bursts({**busy, rush: 49}, by) == []
    assert rules.bursts({**busy, rush: 50}, by) == [(rush, 50)]
    assert rules.unusual({"burst_floor": "много", "burst_times": 3}) == rules.Unusual(30, 3)


def test_ballots_are_counted_by_the_clock_and_tied_to_none() -> None:
    vote = running("detached")
    for n in range(3):
        Voter(citizen()).cast(vote, ["v1"], AT + timedelta(seconds=n))
    Voter(citizen()).cast(vote, ["v1"], AT + timedelta(hours=3))
    pace = queries.pace_of(vote)
    assert [n for _at, n in pace.hours] == [3, 1]
    assert pace.minutes == [(AT.replace(second=0, microsecond=0), 3)]
    assert pace.bursts == []
