from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import commands
from otklik.ground.kit.memo import forget
from otklik.journal.following import catch_up, rebuild
from otklik.readers.heatmap import queries
from otklik.readers.heatmap import wall as wall_figures
from otklik.readers.heatmap.models import HeatRow
from tests.cast import NOW, anna_writes, boris, clara, opened_case, signed_in

if TYPE_CHECKING:
    from django.test import Client

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


@pytest.mark.parametrize("name", ["topic", "territory", "channel", "status"])
def test_a_filter_that_names_nothing_is_told(name: str) -> None:
    lived()
    answer = signed_in(None).get("/api/heatmap", {name: "nowhere"})
    assert (answer.status_code, answer.json()["detail"]) == (
        400, f"такого нет: {name}: nowhere",
    )  # fmt: skip


def test_each_number_of_the_home_page_and_the_wall_opens_the_list_that_it_counts() -> None:
    from tests.cast import make_world  # noqa: PLC0415

    make_world()
    now = timezone.now()
    cases = [opened_case(now=now, wants_public=n < 3) for n in range(4)]
    opened_case(now=now - timedelta(days=40), topic="roads-pothole")
    commands.submit_answer(cases[0].number, text=ANSWER, result="explained", by=boris(), now=now)
    commands.approve_answer(cases[0].number, by=clara(), now=now)
    commands.withdraw_case(cases[3].number, by="person:1", now=now)
    forget()
    visitor = signed_in(None)
    home = visitor.get("/").content.decode()
    tiles = dict(re.findall(r'href="(/messages/[^"]+)" aria[^>]*>(\d+)<', home))
    assert len(tiles) == 4
    for address, number in tiles.items():
        assert f"Найдено: {number}<" in visitor.get(address).content.decode(), address
    assert tiles["/messages/?status=received"] == "3"
    assert tiles["/messages/?status=answered"] == "1"
    assert "всего 4" in home

    leader = signed_in(accounts.official(accounts.LEADER))
    wall = leader.get("/monitor/").content.decode()
    links = dict(re.findall(r'tile__value" href="([^"]+)" data-tile="(\w+)"', wall))
    seen = queries.see(queries.HeatFilters(), timezone.localtime(), public=False)
    figures = wall_figures.tiles(seen, 0)
    assert set(links.values()) == {"today", "overdue"}
    for address, name in links.items():
        listed = leader.get(html.unescape(address)).content.decode()
        assert f"Найдено: {figures[name]}<" in listed, name
    assert (figures["today"], figures["overdue"]) == (3, 1)
    assert "вместе с непубличными" in visitor.get("/monitor/").content.decode()
    assert 'class="tile__value" href' not in visitor.get("/monitor/").content.decode()


def test_the_panel_beside_the_map_follows_its_filters_and_opens_the_lists_of_the_same() -> None:
    from tests.cast import make_world  # noqa: PLC0415

    make_world()
    now = timezone.now()
    for n in range(4):
        opened_case(now=now - timedelta(seconds=n), topic="roads-pothole")
    opened_case(now=now, topic="waste-bulky")
    opened_case(now=now - timedelta(days=40), topic="roads-pothole")
    catch_up()
    leader, visitor = signed_in(accounts.official(accounts.LEADER)), signed_in(None)

    def side(asker: Client, query: str) -> dict[str, Any]:
        found: dict[str, Any] = asker.get(f"/monitor/side.json?{query}").json()
        return found

    for query in ("topic=roads", "topic=waste", "topic=roads&territory=vologda-city",
                  "territory=cherepovets-city", "topic=roads&channel=site"):  # fmt: skip
        tiles = side(leader, query)["tiles"]
        for name, status in (("today", f"counted&since={timezone.localdate()}"),
                             ("overdue", "counted_overdue")):  # fmt: skip
            listed = leader.get(f"/desk/?status={status}&{query}").content.decode()
            assert f"Найдено: {tiles[name]}<" in listed, (query, name)
    found = side(leader, "topic=roads&days=1")
    (city,) = leader.get(
        "/api/heatmap", {"topic": "roads", "resolution": "territory",
                         "from": (now - timedelta(days=1)).isoformat()}
    ).json()["cells"]  # fmt: skip
    assert (found["tiles"]["today"], found["tiles"]["overdue"]) == (4, 1)
    assert [(each["place"], each["count"], each["band"]) for each in found["worst"]] == [
        (city["cell"], 4, city["band"])
    ]
    assert {each["topic"] for each in found["latest"]} == {"roads-pothole"}
    for query in ("", "topic=roads", "topic=roads&days=1"):
        table = leader.get(f"/monitor/table/?{query}").content.decode()
        links = re.findall(r'href="(/monitor/behind/[^"]+)" data-part="(\w+)">(\d+)<', table)
        assert {part for _, part, _ in links} == {"count", "open", "overdue"}, query
        for address, part, number in links:
            opened = leader.get(html.unescape(address)).content.decode()
            assert f'data-found="{number}"' in opened, (query, part)
            assert opened.count("<tr data-behind>") == int(number)
    assert leader.get("/monitor/behind/?place=nowhere").status_code == 404
    assert "/monitor/behind/" not in visitor.get("/monitor/table/").content.decode()
    assert side(leader, "status=answered")["tiles"]["today"] == 0
    assert side(leader, "topic=health")["worst"] == []
    narrowed = side(visitor, "topic=waste")
    assert narrowed["public"]
    assert narrowed["tiles"]["today"] is None, "one message is somebody's"
    assert (narrowed["worst"], narrowed["latest"]) == ([], [])
    assert side(visitor, "topic=roads")["tiles"]["today"] == 4
