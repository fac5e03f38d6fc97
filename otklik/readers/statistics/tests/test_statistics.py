"""Numbers equal the lists behind them; a rebuild gives the same rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from otklik.flow.cases import events
from otklik.flow.intake.events import ReportReceived
from otklik.journal.following import catch_up, rebuild
from otklik.readers.statistics import queries, rules
from otklik.readers.statistics.models import StatRow
from otklik.readers.statistics.queries import Filters
from otklik.readers.statistics.rules import BY_CODE, GROUPS, MEASURES
from otklik.readers.statistics.tests.build import DAY, HOUR, base, live, tell
from tests.cast import NOW, bound, vera

if TYPE_CHECKING:
    pass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


MANY = 80


@pytest.fixture
def lived() -> None:
    live(MANY)


@pytest.mark.usefixtures("lived")
def test_a_rebuild_gives_the_same_rows() -> None:
    before = list(StatRow.objects.order_by("report").values())
    assert len(before) == MANY
    rebuild("statistics")
    assert list(StatRow.objects.order_by("report").values()) == before


CUTS = (
    Filters(),
    Filters(since=NOW - 20 * DAY, until=NOW - 5 * DAY),
    Filters(topic="roads", territory="vologda-city"),
    Filters(channel="vk", since=NOW - 30 * DAY),
    Filters(organisation="adm-vologda-city"),
)


@pytest.mark.usefixtures("lived")
def test_every_number_is_the_length_of_its_list() -> None:
    official = vera()
    for filters in CUTS:
        counted = queries.values(official, MEASURES, filters, NOW)
        assert counted["received"].whole > 0
        for measure in MEASURES:
            value = counted[measure.code]
            lists = {
                part: queries.cases_behind(official, measure, part, filters, NOW).count()
                for part in measure.parts
            }
            assert value.whole == lists["whole"], measure.code
            assert value.part == lists.get("part"), measure.code


@pytest.mark.usefixtures("lived")
def test_the_parts_of_a_cut_are_the_whole() -> None:
    filters = Filters(since=NOW - 35 * DAY, until=NOW)
    whole = queries.values(vera(), MEASURES, filters, NOW)
    for by in queries.WAYS:
        parts = queries.table(vera(), MEASURES, filters, by, NOW)
        for measure in MEASURES:
            if by != "week" or measure.moment:
                total = sum(line[measure.code].whole for line in parts.values())
                assert total == whole[measure.code].whole, (by, measure.code)


@pytest.mark.usefixtures("lived")
def test_shares_medians_and_stars_are_what_they_say() -> None:
    counted = queries.values(vera(), MEASURES, Filters(), NOW)
    rows = list(StatRow.objects.all())
    answered = sorted(
        (row.final_at - row.received_at) / DAY
        for row in rows
        if row.final_at and row.final_at < NOW
    )
    half = len(answered) // 2
    middle = answered[half] if len(answered) % 2 else sum(answered[half - 1 : half + 1]) / 2
    assert counted["to_answer"].number == pytest.approx(round(middle, 1))
    rated = [row.result_score or 0 for row in rows if row.rated_at and row.rated_at < NOW]
    assert counted["result_stars"].number == pytest.approx(round(sum(rated) / len(rated), 1))
    due = [row for row in rows if row.due and row.due < NOW and row.registered_at]
    met = [row for row in due if row.due and row.final_at and row.final_at <= row.due]
    assert (counted["on_time"].part, counted["on_time"].whole) == (len(met), len(due))
    assert counted["on_time"].number == round(100 * len(met) / len(due), 1)
    assert 0 < len(met) < len(due)


@pytest.mark.usefixtures("lived")
def test_a_body_sees_its_own_and_the_closed_contour_is_nobody_elses() -> None:
    common: dict[str, Any] = {"report": 999, "topic": "gov-bribe", "territory": "vologda-city"}
    tell([ReportReceived(**base(999, NOW), report=999, place="pin", channel="site"),
          events.CaseOpened(**base(999, NOW), **common, status="submitted")])  # fmt: skip
    catch_up(["statistics"])
    received, answered = BY_CODE["received"], BY_CODE["answered"]
    later = NOW + DAY
    everything = queries.cases_behind(vera(), received, "whole", Filters(), later)
    assert everything.count() == MANY
    city = bound("head", organisation="adm-vologda-city")
    own = queries.cases_behind(city, received, "whole", Filters(), later)
    assert {row.organisation for row in own} == {"adm-vologda-city"}
    theirs = queries.cases_behind(city, answered, "whole", Filters(), later)
    assert {row.answered_by for row in theirs} == {"adm-vologda-city"}
    executor = bound("executor", organisation="adm-vologda-city")
    assert not queries.cases_behind(executor, received, "whole", Filters(), later).exists()


def test_every_measure_has_its_group_and_its_words() -> None:
    grouped = [code for *_, codes in GROUPS for code in codes]
    assert sorted(grouped) == sorted(BY_CODE)
    assert all(each.ru and each.en and each.words for each in MEASURES)


def test_few_cases_have_no_rank_and_equals_share_one() -> None:
    measure = BY_CODE["on_time"]
    values = {
        "a": rules.value(measure, 20, 20, None), "b": rules.value(measure, 20, 10, None),
        "c": rules.value(measure, 40, 40, None), "d": rules.value(measure, 2, 2, None),
    }  # fmt: skip
    assert rules.rank(measure, values) == {"a": 1, "c": 1, "b": 3}


def test_repeated_complaints_are_found_by_weeks() -> None:
    roads: dict[str, Any] = {"topic": "roads-pothole", "territory": "sokol"}
    waste: dict[str, Any] = {"topic": "waste-not-collected", "territory": "vologda-city"}
    tell([
        ReportReceived(**base(10 * week + n + 1, NOW - timedelta(weeks=week, hours=1 + n)),
                       report=10 * week + n + 1, place="pin", channel="site",
                       **(waste if n < 2 else roads))
        for week in range(7) for n in range(3 if week == 0 else 2)
    ])  # fmt: skip
    catch_up(["statistics"])
    (found,) = queries.repeated(vera(), NOW + HOUR)
    assert (found.topic, found.territory) == ("waste-not-collected", "vologda-city")
    assert found.weeks >= 7
    assert found.messages == 14
