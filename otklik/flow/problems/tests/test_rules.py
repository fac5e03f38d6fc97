from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from otklik.flow.problems.rules import (
    Area,
    Sighting,
    belongs,
    clusters,
    says_the_same,
    shared_words,
)
from otklik.ground.kit.geo import metres

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
CENTRE = (59.2205, 39.8915)


def sighting(number: int, north_m: float = 0, east_m: float = 0, **more: object) -> Sighting:
    values = {
        "number": f"{number:08}",
        "topic": "heat-none",
        "subcategory": "heat",
        "lat": CENTRE[0] + north_m / 111_195,
        "lon": CENTRE[1] + east_m / 111_195 / math.cos(math.radians(CENTRE[0])),
        "at": NOW,
        "reach": 300.0,
    }
    return Sighting(**(values | more))  # type: ignore[arg-type]


def test_messages_along_a_street_are_one_group_and_those_far_away_another() -> None:
    street = [sighting(n, east_m=250 * n) for n in range(10)]
    far = [sighting(100 + n, north_m=9_000 + n) for n in range(6)]
    found = clusters([*far, *street])
    assert [len(each.numbers) for each in found] == [10, 6]
    assert found[0].radius_m >= 1_000


def test_other_things_nearby_are_not_mixed_in_and_few_are_no_group() -> None:
    heat = [sighting(n) for n in range(5)]
    pits = [sighting(50 + n, topic="roads-pothole", subcategory="roads") for n in range(4)]
    (only,) = clusters([*heat, *pits])
    assert only.numbers == tuple(each.number for each in heat)


def test_a_group_says_its_commonest_topic_and_its_time() -> None:
    cold = [sighting(n, topic="heat-cold", at=NOW + timedelta(hours=n)) for n in range(3)]
    none = [sighting(10 + n) for n in range(4)]
    (only,) = clusters([*cold, *none])
    assert only.topic == "heat-none"
    assert only.last - only.first == timedelta(hours=2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-3_000, 3_000), st.floats(-3_000, 3_000)), min_size=2, max_size=40)
)
def test_the_grid_finds_what_comparing_all_with_all_finds(
    places: list[tuple[float, float]],
) -> None:
    seen = [sighting(n, north, east) for n, (north, east) in enumerate(places)]
    found = {each.numbers for each in clusters(seen, minimum=1)}
    assert found == _plain(seen)


def _plain(seen: list[Sighting]) -> set[tuple[str, ...]]:
    """Single linkage, the slow way; two closer than the grid's own edge count as linked."""
    left, groups = list(seen), set()
    while left:
        group, edge = [], [left.pop()]
        while edge:
            here = edge.pop()
            group.append(here)
            near = [o for o in left if metres((here.lat, here.lon), (o.lat, o.lon)) <= here.reach]
            left = [o for o in left if o not in near]
            edge += near
        groups.add(tuple(sorted(each.number for each in group)))
    return groups


AREA = Area("heat-none", "heat", "35-01", *CENTRE, 1_500, NOW)


def fits(area: Area = AREA, **more: object) -> bool:
    values = {"topic": "heat-none", "subcategory": "heat", "territory": "35-01", "point": CENTRE,
              "at": NOW, "lead": timedelta(days=3)}  # fmt: skip
    return belongs(area, **(values | more))  # type: ignore[arg-type]


def test_a_message_belongs_by_its_thing_place_and_time() -> None:
    assert fits()
    assert fits(topic="heat-cold")
    assert not fits(topic="roads-pothole", subcategory="roads")
    assert not fits(point=(59.30, 39.90))
    assert not fits(point=None)
    assert fits(at=NOW - timedelta(days=2))
    assert not fits(at=NOW - timedelta(days=4))


def test_without_a_radius_the_whole_territory_belongs() -> None:
    wide = Area("heat-none", "heat", "35-01", None, None, None, NOW)
    assert fits(wide, point=None)
    assert not fits(wide, territory="35-02")


def test_a_message_is_of_a_group_by_the_words_that_the_group_shares() -> None:
    texts = [frozenset(words.split()) for words in (
        "отоплен батар холодн", "отоплен батар дет", "отоплен котельн", "батар ледян", "яма дорог",
    )]  # fmt: skip
    shared = shared_words(texts)
    assert shared == {"отоплен", "батар"}, "a word of one message is nobody's"
    assert says_the_same(frozenset({"батар", "отоплен", "сын"}), shared)
    assert not says_the_same(frozenset({"отоплен", "сезон"}), shared), "one word is not enough"
    assert shared_words([]) == frozenset()
