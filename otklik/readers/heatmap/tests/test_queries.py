"""What the map answers: places, why, layers, the public's part, the wall's figures."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import h3
import pytest
from django.conf import settings
from django.utils import timezone

from otklik.flow.cases.events import (
    CaseAnswered,
    CaseAssigned,
    CaseConfirmed,
    CaseRetopiced,
    CaseSupported,
)
from otklik.flow.rating.events import RatingGiven
from otklik.ground.kit.memo import forget
from otklik.ground.topics.models import Topic
from otklik.journal import reading
from otklik.readers.heatmap import counting, queries, rules, wall
from otklik.readers.heatmap.counting import HeatFilters, count
from otklik.readers.heatmap.memory import Memory
from otklik.readers.heatmap.tests.build import (
    CITY,
    HEAT,
    OTHER,
    POTHOLE,
    base,
    cell,
    opened,
    received,
    tell,
)
from tests.cast import NOW

pytestmark = pytest.mark.usefixtures("world")

HERE = h3.int_to_str(cell())
LOCAL = timezone.localtime(NOW)
ALL = HeatFilters()


def usual(territory: str = CITY, place: int | None = None, a_week: int = 2) -> None:
    """Let a place have its eight usual weeks."""
    for week in range(1, 9):
        for n in range(a_week):
            at = NOW - timedelta(days=7 * week + 1, minutes=n)
            report = 10_000 + week * 100 + n + (0 if territory == CITY else 5_000)
            tell(*opened(report, at, territory=territory, cell=place or cell(), status="closed"))


def snapshot(level: str = "territory", **more: Any) -> dict[str, Any]:
    filters = more.pop("filters", ALL)
    return queries.snapshot(filters, level, now=LOCAL, **{"public": False, **more})


def test_it_answers_with_places_as_of_one_position() -> None:
    usual()
    for report in range(1, 13):
        tell(*opened(report, NOW - timedelta(hours=report), topic=HEAT, severity=5))
    found = snapshot("6")
    (one,) = found["cells"]
    assert found["as_of"] == reading.head()
    assert (found["total"], found["placed"], found["hidden"]) == (12, 12, 0)
    assert one["cell"] == h3.cell_to_parent(HERE, 6)
    assert (one["count"], one["expected"], one["open"], one["overdue"]) == (12, 2.0, 12, 0)
    assert (one["band"], one["topic"], one["per_1000"]) == (rules.TENSE, HEAT, None)
    assert found["topics"][HEAT]["ru"]
    assert json.loads(queries.snapshot_json(ALL, "6", now=LOCAL, public=False)) == found
    (city,) = snapshot()["cells"]
    assert city["per_1000"] > 0
    assert snapshot()["places"][CITY]["en"]


def test_twelve_in_a_village_and_many_in_a_city_are_the_same_alarm() -> None:
    village = cell(59.24, 44.2)
    usual("mezhdurechensky-okrug", village, a_week=1)
    usual(a_week=20)
    for report in range(1, 11):
        tell(*opened(report, NOW - timedelta(hours=1), territory="mezhdurechensky-okrug",
                     cell=village, severity=5))  # fmt: skip
    for report in range(101, 141):
        tell(*opened(report, NOW - timedelta(hours=1), severity=5))
    by_place = {line["cell"]: line for line in snapshot()["cells"]}
    assert by_place["mezhdurechensky-okrug"]["acuity"] >= by_place[CITY]["acuity"]


def test_ten_times_the_usual_is_red_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    flood = rules.Parameters(surge_times=10, surge_min=20)
    monkeypatch.setattr(rules, "parameters", lambda _data: flood)
    usual()
    for n in range(25):
        tell(*opened(n + 1, NOW - timedelta(hours=2, minutes=n), severity=1))
    (city,) = snapshot()["cells"]
    assert (city["band"], city["forced"]) == ("acute", rules.SURGE)
    assert city["acuity"] < 70


def test_few_messages_have_no_colour_and_the_public_does_not_see_them() -> None:
    tell(*opened(1), *opened(2))
    (one,) = snapshot("8")["cells"]
    assert (one["acuity"], one["band"]) == (None, rules.SPARSE)
    shown = snapshot("8", public=True)
    assert (shown["cells"], shown["hidden"], shown["total"]) == ([], 1, 2)
    tell(*opened(3))
    (one,) = snapshot("8", public=True)["cells"]
    assert one["count"] == 3


def test_the_public_knows_whole_days_only() -> None:
    since, until = NOW - timedelta(hours=5), NOW - timedelta(hours=2)
    found = snapshot(public=True, filters=HeatFilters(since=since, until=until))
    assert found["from"] == "2026-11-23T21:00:00Z"  # midnight in Vologda
    assert found["to"] == "2026-11-24T21:00:00Z"


def test_nobody_sees_what_is_said_in_the_closed_contour(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Memory(settings.REGION)  # it must itself notice what an administrator closes
    monkeypatch.setattr(counting, "memory", lambda _region: kept)
    for report in (1, 2, 3, 4):
        tell(*opened(report))
    tell(*opened(5, topic=HEAT), *opened(6, status="rejected"))
    assert snapshot()["total"] == 5
    Topic.objects.filter(code=POTHOLE).update(closed=True)
    forget()
    assert snapshot()["total"] == 1
    assert snapshot(filters=HeatFilters(topics=(POTHOLE,)))["cells"] == []
    assert snapshot(filters=HeatFilters(statuses=("rejected",)))["total"] == 0
    seen = queries.see(ALL, LOCAL, public=False)
    assert [line["topic"] for line in wall.latest(seen)] == [HEAT]
    assert wall.tiles(seen, 0)["open"] == 1
    why = queries.why(HERE, ALL, now=LOCAL, public=False, shown=frozenset)
    assert [each["topic"] for each in why["cases"]] == [HEAT]
    for report, topic in ((1, HEAT), (5, POTHOLE)):
        tell(CaseRetopiced(**base(report, NOW), report=report, status="assigned", topic=topic,
                           territory=CITY))  # fmt: skip
    assert snapshot()["total"] == 1
    assert snapshot(filters=HeatFilters(topics=(HEAT,)))["total"] == 1


def test_rejected_and_withdrawn_do_not_count_but_can_be_asked_for() -> None:
    tell(*opened(1), *opened(2, status="rejected"), *opened(3, status="withdrawn"))
    assert snapshot()["total"] == 1
    assert snapshot(filters=HeatFilters(statuses=("rejected",)))["total"] == 1


def test_a_message_of_a_clicked_place_without_a_pin_counts_in_its_municipality() -> None:
    tell(received(1, territory=CITY), received(2))
    found = snapshot()
    assert (found["total"], found["placed"]) == (2, 1)
    assert snapshot("6")["placed"] == 0


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (HeatFilters(topics=(POTHOLE,)), 2),
        (HeatFilters(topics=("roads",)), 2),
        (HeatFilters(topics=("never-heard",)), 0),
        (HeatFilters(territories=(OTHER,)), 1),
        (HeatFilters(channels=("site",)), 3),
        (HeatFilters(channels=("sms",)), 0),
        (HeatFilters(statuses=("open",)), 2),
        (HeatFilters(statuses=("answered",)), 1),
        (HeatFilters(statuses=("open", "answered")), 3),
        (HeatFilters(statuses=("overdue",)), 1),
        (HeatFilters(since=NOW - timedelta(minutes=90)), 2),
        (HeatFilters(until=NOW - timedelta(minutes=90)), 1),
        (HeatFilters(since=NOW - timedelta(days=800)), 3),
        (HeatFilters(since=NOW + timedelta(days=1), until=NOW), 0),
    ],
)
def test_it_has_layers(filters: HeatFilters, expected: int) -> None:
    tell(
        *opened(1),
        *opened(2, topic=HEAT, status="answered"),
        *opened(3, NOW - timedelta(hours=2), territory=OTHER, cell=cell(59.13, 37.9),
                due=NOW - timedelta(hours=1)),
    )  # fmt: skip
    assert snapshot(filters=filters)["total"] == expected


def test_a_layer_of_one_state_is_compared_with_its_share() -> None:
    usual(a_week=10)
    for report in range(1, 11):
        state = "assigned" if report <= 5 else "answered"
        tell(*opened(report, NOW - timedelta(hours=1), status=state))
    (one,) = snapshot(filters=HeatFilters(statuses=("open",)))["cells"]
    assert (one["count"], one["expected"]) == (5, 3.7)  # half of the usual


def test_it_says_why() -> None:
    usual()
    for report in range(1, 13):
        tell(*opened(report, NOW - timedelta(hours=report), topic=HEAT, severity=5,
                     due=NOW - timedelta(minutes=1) if report == 12 else NOW))  # fmt: skip
    tell(CaseSupported(**base(5, NOW), report=5, status="assigned", topic=HEAT, territory=CITY,
                       due=NOW, supports=9))  # fmt: skip
    why = queries.why(CITY, ALL, now=LOCAL, public=False, shown=frozenset)
    (line,) = snapshot()["cells"]
    assert (why["acuity"], why["band"]) == (line["acuity"], line["band"])
    assert sum(part["points"] for part in why["parts"]) == pytest.approx(why["acuity"], abs=0.8)
    assert [part["code"] for part in why["parts"]] == list(rules.Parameters().weights)
    assert (why["observed"], why["expected"], why["basis"]) == (12, 1.5, "own")
    assert why["sentence"]["ru"].startswith(
        "12 сообщений за 7 дней вместо обычных 1,5, просрочено 1 из 12 открытых, чаще всего «"
    )
    assert why["topics"][0]["code"] == HEAT
    assert why["topics"][0]["count"] == 12
    first = why["cases"][0]
    assert len(why["cases"]) == 12
    assert first["overdue"]
    assert first["spoken"] == f"{first['number'][:4]}-{first['number'][4:]}"
    assert next(c for c in why["cases"] if c["number"] == "00000185")["people"] == 10
    assert "text" not in first


def test_it_keeps_to_itself_what_the_public_may_not_know() -> None:
    for report in range(1, 5):
        tell(*opened(report))
    shown = queries.why(CITY, ALL, now=LOCAL)
    assert shown["cases"] == []
    assert shown["parts"]
    finest = queries.why(HERE, ALL, now=LOCAL)
    assert finest["hidden"]
    assert finest["parts"] == []
    few = queries.why(CITY, HeatFilters(topics=(HEAT,)), now=LOCAL)
    assert (few["observed"], few["parts"]) == (0, [])


def test_it_says_nothing_of_an_empty_place_and_refuses_what_is_none() -> None:
    tell(*opened(1))
    assert queries.why(OTHER, ALL, now=LOCAL)["sentence"]["ru"] == "Сообщений нет."
    assert queries.why(h3.cell_to_parent(HERE, 7), ALL, now=LOCAL)["title"]["ru"].endswith(
        "участок"
    )
    for place in ("atlantis", "8611", h3.cell_to_parent(HERE, 5)):
        with pytest.raises(queries.UnknownPlaceError):
            queries.why(place, ALL, now=LOCAL)


def test_an_empty_region_has_an_empty_map() -> None:
    for level in queries.LEVELS:
        assert snapshot(level)["cells"] == []
    seen = queries.see(ALL, LOCAL, public=False)
    assert wall.tiles(seen, 0)["today"] == 0
    assert wall.tiles(seen, 0)["first_answer_hours"] is None
    assert wall.latest(seen) == []


def test_the_wall_has_its_figures() -> None:
    usual(a_week=3)
    tell(
        *opened(1, NOW - timedelta(hours=3)),
        *opened(2, NOW - timedelta(days=2), due=NOW - timedelta(hours=1)),
    )
    common: dict[str, Any] = {"topic": POTHOLE, "territory": CITY}
    tell(
        CaseAnswered(**base(1, NOW - timedelta(hours=1)), **common, report=1, status="answered",
                     answer=1, result="solved"),
        RatingGiven(**base(1, NOW), case="00000037", report=1, answer=1, answer_score=5,
                    result_score=4),
        CaseConfirmed(**base(1, NOW), **common, report=1, status="resolved_confirmed"),
        CaseAssigned(**base(2, NOW), **common, report=2, status="assigned",
                     due=NOW - timedelta(hours=1)),
    )  # fmt: skip
    seen = queries.see(ALL, LOCAL, public=False)
    assert wall.tiles(seen, 3) == {
        "today": 1, "usual_today": 0.0, "week": 2, "open": 1, "overdue": 1, "red": 3,
        "overdue_before": 0, "first_answer_hours": 2.0, "first_answer_before": None,
        "rating": 4.0, "rating_before": None, "rated": 1, "solved_today": 1,
    }  # fmt: skip
    newest = wall.latest(seen, 2)
    assert [line["at"] for line in newest] == ["2026-11-24T06:00:00Z", "2026-11-22T09:00:00Z"]
    assert newest[0]["place_ru"]
    assert set(newest[0]) == {"at", "topic", "ru", "en", "territory", "place_ru", "place_en"}


def test_the_worst_come_first() -> None:
    for report in range(1, 9):
        tell(*opened(report, severity=1))
        tell(*opened(100 + report, territory=OTHER, cell=cell(59.13, 37.9), severity=5))
    seen = queries.see(ALL, LOCAL, public=False)
    found = wall.worst(queries.table(seen, count(seen, "territory")), limit=10)
    assert [line["place"] for line in found] == [OTHER, CITY]
    assert found[0]["ru"]


def test_what_is_usual_is_counted_once_for_many_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    usual()
    counting.forget_past()
    first = snapshot()

    def again(*_: object, **__: object) -> None:
        raise AssertionError("counted again")

    monkeypatch.setattr(rules, "comparable", rules.comparable)
    monkeypatch.setattr("otklik.readers.heatmap.counting.np.stack", again)
    assert snapshot() == first
