"""What keeps a place red: the index with its hysteresis, crowds, urgent cases, the duty officer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import h3
import pytest

from otklik.flow.cases.events import CaseAssigned
from otklik.journal import reading
from otklik.readers.heatmap import commands, queries, rules, timers
from otklik.readers.heatmap.counting import HeatFilters
from otklik.readers.heatmap.models import HeatMark
from otklik.readers.heatmap.tests.build import CITY, HEAT, OTHER, POTHOLE, base, cell, opened, tell
from tests.cast import NOW

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.usefixtures("world")

HERE = h3.int_to_str(cell())
MINUTE = timedelta(minutes=1)


def shown(place: str, now: datetime = NOW, filters: HeatFilters | None = None) -> dict[str, Any]:
    level = queries.level_of(place)
    found = queries.snapshot(filters or HeatFilters(), level, now=now, public=False)
    return next((line for line in found["cells"] if line["cell"] == place), {})


def heard(kind: str) -> list[Any]:
    reading.head()
    return [entry for entry in reading.after(0) if entry.kind == kind]


def test_the_duty_officer_marks_a_place_and_it_is_red_also_from_afar() -> None:
    for report in (1, 2, 3, 4):
        tell(*opened(report))
    assert shown(CITY)["band"] != rules.ACUTE
    until = NOW + timedelta(hours=2)
    commands.mark_red(HERE, reason="Дым у школы", until=until, by="official:7", now=NOW)
    coarse = {level: h3.cell_to_parent(HERE, level) for level in (6, 7, 8)}
    for place in (HERE, *coarse.values(), CITY):
        assert (shown(place)["band"], shown(place)["forced"]) == (rules.ACUTE, rules.MANUAL)
    why = queries.why(HERE, HeatFilters(), now=NOW, public=False)
    assert why["marks"][0]["note"] == "Дым у школы"
    assert shown(HERE, until + MINUTE)["forced"] is None
    (fact,) = heard("heat.marked")
    assert fact.data["place"] == HERE
    assert "Дым" not in str(fact.data)  # words stay in the table
    timers.evaluate(until + MINUTE)
    assert not HeatMark.objects.exists()
    assert [entry.actor for entry in heard("heat.unmarked")] == ["system"]


def test_the_duty_officer_takes_the_mark_away() -> None:
    tell(*opened(1))
    assert commands.unmark(CITY, by="official:7", now=NOW) is False
    commands.mark_red(CITY, reason="Авария", by="official:7", now=NOW)
    assert HeatMark.objects.get().until == NOW + timedelta(hours=24)
    commands.mark_red(CITY, reason="Авария крупная", by="official:8", now=NOW)
    assert HeatMark.objects.get().note == "Авария крупная"
    assert commands.unmark(CITY, by="official:7", now=NOW) is True
    assert not HeatMark.objects.exists()
    assert shown(CITY)["forced"] is None


@pytest.mark.parametrize(
    ("reason", "hours", "code"), [("  ", 2, "no_reason"), ("Авария", -1, "past")]
)
def test_it_refuses_a_mark_without_a_reason_or_a_future(reason: str, hours: int, code: str) -> None:
    with pytest.raises(rules.Refused) as refused:
        commands.mark_red(
            CITY, reason=reason, until=NOW + timedelta(hours=hours), by="official:7", now=NOW
        )
    assert refused.value.code == code
    assert heard("heat.marked") == []


def test_it_refuses_a_place_that_is_none() -> None:
    with pytest.raises(queries.UnknownPlaceError):
        commands.mark_red("atlantis", reason="Потоп", by="official:7", now=NOW)


def test_an_urgent_case_past_its_due_time_reddens_whenever_it_came() -> None:
    long_ago = NOW - timedelta(days=20)
    tell(*opened(1, long_ago, urgent=True, due=long_ago + timedelta(hours=8)))
    for place in (CITY, HERE):
        assert (shown(place)["band"], shown(place)["forced"]) == (rules.ACUTE, rules.URGENT)
    assert shown(CITY, filters=HeatFilters(topics=(HEAT,))) == {}
    tell(CaseAssigned(**base(1, NOW), report=1, status="answered", topic=POTHOLE, territory=CITY))
    assert shown(CITY) == {}


def test_a_clock_that_waits_for_the_author_is_not_overdue() -> None:
    long_ago = NOW - timedelta(days=20)
    tell(*opened(1, long_ago, urgent=True, due=long_ago, status="clarification"))
    assert (shown(CITY)["overdue"], shown(CITY)["forced"]) == (0, None)


def crowd(first: int, people: int, at: datetime = NOW) -> None:
    for report in range(first, first + people):
        tell(*opened(report, at, topic=HEAT, severity=5, life_support=True))


def test_five_neighbours_redden_at_once_and_until_their_cases_are_done() -> None:
    crowd(1, 4)
    assert shown(HERE)["forced"] is None
    crowd(5, 1)
    assert shown(HERE)["forced"] == rules.LIFE
    timers.evaluate(NOW)
    later = NOW + timedelta(hours=5)  # the two hours have passed; there is no heat yet
    timers.evaluate(later)
    assert shown(HERE, later)["forced"] == rules.LIFE
    assert shown(CITY, later)["forced"] == rules.LIFE
    about_roads = HeatFilters(topics=(POTHOLE,))
    assert shown(CITY, later, about_roads).get("forced") is None
    for report in range(1, 6):
        tell(
            CaseAssigned(**base(report, later), report=report, status="answered", topic=HEAT,
                         territory=CITY)
        )  # fmt: skip
    timers.evaluate(later + MINUTE)
    assert not HeatMark.objects.filter(reason=rules.LIFE).exists()


def test_a_crowd_is_marked_once_though_its_middle_moves() -> None:
    crowd(1, 5)
    timers.evaluate(NOW)
    next_door = int(h3.str_to_int(min(h3.grid_ring(HERE, 1))))
    for report in range(6, 14):
        tell(*opened(report, topic=HEAT, severity=5, life_support=True, cell=next_door))
    timers.evaluate(NOW + MINUTE)
    assert HeatMark.objects.filter(reason=rules.LIFE).count() == 1


def storm(first: int, many: int, at: datetime = NOW) -> None:
    for report in range(first, first + many):
        tell(
            *opened(report, at - timedelta(seconds=report), severity=5, topic="waste-not-collected",
                    due=at - timedelta(days=1), territory=OTHER, cell=cell(59.13, 37.9))
        )  # fmt: skip


def test_red_is_left_after_two_calm_evaluations_a_minute_apart() -> None:
    for week in range(1, 9):  # something is usual here
        tell(*opened(1000 + week, NOW - timedelta(days=7 * week), territory=OTHER,
                     cell=cell(59.13, 37.9), status="closed"))  # fmt: skip
    storm(1, 25)
    assert shown(OTHER)["band"] == rules.ACUTE
    timers.evaluate(NOW)
    assert HeatMark.objects.filter(reason=rules.HYSTERESIS, place=OTHER).exists()
    for report in range(1, 26):
        tell(CaseAssigned(**base(report, NOW), report=report, status="rejected"))
    assert shown(OTHER)["forced"] == rules.HYSTERESIS
    assert shown(OTHER, filters=HeatFilters(channels=("site",))).get("forced") is None
    timers.evaluate(NOW + MINUTE)
    timers.evaluate(NOW + MINUTE)  # the same minute counts once
    assert HeatMark.objects.get(reason=rules.HYSTERESIS, place=OTHER).calm == 1
    timers.evaluate(NOW + 2 * MINUTE)
    assert not HeatMark.objects.exists()
    assert shown(OTHER).get("forced") is None


def test_a_flood_leaves_red_after_two_calm_evaluations_too(monkeypatch: pytest.MonkeyPatch) -> None:
    flood = rules.Parameters(surge_times=3, surge_min=8, acute_from=101)  # the index never reddens
    monkeypatch.setattr(rules, "parameters", lambda _: flood)
    for week in range(1, 9):  # something is usual here
        tell(*opened(1000 + week, NOW - timedelta(days=7 * week), status="closed"))
    for report in range(1, 11):
        tell(*opened(report, severity=1))
    assert (shown(CITY)["band"], shown(CITY)["forced"]) == (rules.ACUTE, rules.SURGE)
    for minute in range(3):  # its own mark does not hide the flood that goes on
        timers.evaluate(NOW + minute * MINUTE)
        assert shown(CITY)["forced"] == rules.SURGE
        assert HeatMark.objects.get(place=CITY).calm == 0
    for report in range(1, 6):
        tell(CaseAssigned(**base(report, NOW), report=report, status="rejected"))
    assert (shown(CITY)["band"], shown(CITY)["forced"]) == (rules.ACUTE, rules.HYSTERESIS)
    timers.evaluate(NOW + 3 * MINUTE)
    assert shown(CITY)["forced"] == rules.HYSTERESIS
    timers.evaluate(NOW + 4 * MINUTE)
    assert shown(CITY)["forced"] is None
