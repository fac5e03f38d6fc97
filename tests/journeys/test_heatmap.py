from __future__ import annotations

from datetime import timedelta

import pytest

from otklik.flow.cases import commands
from otklik.journal.following import catch_up, rebuild
from otklik.readers.heatmap import queries
from otklik.readers.heatmap.models import HeatRow
from tests.cast import NOW, anna_writes, boris, clara, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
ANSWER = "Яму заделали сегодня утром, проверим через неделю"


def lived() -> None:
    from tests.cast import make_world  # noqa: PLC0415

    make_world()
    for n in range(6):
        anna_writes(now=NOW - timedelta(hours=n))
    catch_up()
    number = f"{HeatRow.objects.order_by('report')[0].number:08d}"
    commands.submit_answer(number, text=ANSWER, result="explained", by=boris(), now=NOW)
    commands.approve_answer(number, by=clara(), now=NOW)
    catch_up()


def test_the_map_follows_and_a_rebuild_gives_the_same() -> None:
    lived()
    rows = list(HeatRow.objects.order_by("report").values())
    assert len(rows) == 6
    assert sum(row["answered_at"] is not None for row in rows) == 1
    rebuild("heatmap")
    assert list(HeatRow.objects.order_by("report").values()) == rows


def test_the_snapshot_counts_hides_and_explains() -> None:
    lived()
    found = queries.snapshot(queries.HeatFilters(), "territory", now=NOW + timedelta(minutes=5))
    (city,) = found["cells"]
    assert (city["cell"], city["count"]) == ("vologda-city", 6)
    assert found["as_of"] > 0
    why = queries.why("vologda-city", queries.HeatFilters(), now=NOW, public=False, shown=frozenset)
    assert why["observed"] == 6
    assert sum(part["points"] for part in why["parts"]) == pytest.approx(why["acuity"], abs=1)
    assert len(why["cases"]) == 6
    assert queries.why("vologda-city", queries.HeatFilters(), now=NOW)["cases"] == []
    few = queries.HeatFilters(since=NOW - timedelta(minutes=90), until=NOW + timedelta(seconds=1))
    (now_and_an_hour_ago,) = queries.snapshot(few, "territory", now=NOW, public=False)["cells"]
    assert now_and_an_hour_ago["count"] == 2
    (whole_day,) = queries.snapshot(few, "territory", now=NOW)["cells"]  # two windows would tell
    assert whole_day["count"] == 6
    fine = queries.snapshot(queries.HeatFilters(topics=("roads",)), "8", now=NOW)
    assert all(cell["count"] >= 3 for cell in fine["cells"])
    narrowed = queries.HeatFilters(topics=("health",))
    assert queries.snapshot(narrowed, "6", now=NOW, public=False)["cells"] == []


@pytest.mark.parametrize("name", ["topic", "territory", "channel"])
def test_a_filter_that_names_nothing_is_told(name: str) -> None:
    lived()
    answer = signed_in(None).get("/api/heatmap", {name: "nowhere"})
    assert (answer.status_code, answer.json()["detail"]) == (
        400, f"there is no such {name}: nowhere",
    )  # fmt: skip
