"""The index against the worked figures of its specification, and what must hold for any counts."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from itertools import pairwise
from operator import getitem
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h3
import numpy as np
import pytest
import yaml
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from otklik.readers.heatmap import rules, wording
from otklik.readers.heatmap.tails import tail_probability

if TYPE_CHECKING:
    from collections.abc import Iterator

POISSON = rules.Parameters()
DAY = 86_400


def measures(**given: float) -> rules.Measures:
    fields = ["observed", "expected", "severity", "open", "overdue", "rated", "low", "joined"]
    return rules.Measures(**{name: np.array(given.get(name, 0.0)) for name in fields})


def index(p: rules.Parameters = POISSON, /, **given: float) -> int:
    return int(rules.rounded(rules.acuity(rules.parts(measures(**given), p), p)))


def band(value: int, observed: float = 100, *, forced: bool = False) -> str:
    return str(rules.bands(np.array(value), np.array(observed), np.array(forced), POISSON))


# The specification gives x, E and the index of each case; the other inputs are those it implies:
# ordinary weeks hold topics of middling weight, an outage is of weight 5 and draws people in,
# the capital has its usual share of bad marks, a third of the small place's work lies late.
VECTORS = [
    pytest.param(
        {"observed": 2, "expected": 2, "severity": 2.5, "open": 2, "joined": 1},
        12, "calm", id="Междуреченский, quiet week",
    ),
    pytest.param(
        {"observed": 12, "expected": 2, "severity": 5, "open": 12, "overdue": 3, "joined": 120},
        72, "acute", id="Междуреченский, heat outage",
    ),
    pytest.param(
        {"observed": 300, "expected": 300, "severity": 3, "open": 200, "overdue": 10,
         "rated": 92, "low": 22, "joined": 100},
        26, "attention", id="Вологда, usual week",
    ),
    pytest.param(
        {"observed": 330, "expected": 300, "severity": 3, "open": 220, "overdue": 11,
         "rated": 92, "low": 22, "joined": 100},
        32, "attention", id="Вологда, +10 %",
    ),
    pytest.param(
        {"observed": 480, "expected": 300, "severity": 5, "open": 380, "overdue": 57,
         "rated": 92, "low": 24, "joined": 1000},
        74, "acute", id="Вологда, heat outage",
    ),
    pytest.param(
        {"observed": 300, "expected": 300, "severity": 3, "open": 200, "overdue": 133,
         "rated": 92, "low": 58, "joined": 300},
        44, "attention", id="Вологда, two thirds of the open overdue",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected", "colour"), VECTORS)
def test_it_gives_the_worked_figures(given: dict[str, float], expected: int, colour: str) -> None:
    assert index(**given) == expected
    assert band(expected) == colour  # two messages of the quiet week would be hatched


def test_it_paints_a_small_place_and_the_capital_alike() -> None:
    """Twelve messages among five thousand people and 480 in the capital are the same alarm."""
    small = index(observed=12, expected=2, severity=5)
    capital = index(observed=480, expected=300, severity=5)
    assert abs(small - capital) <= 2
    assert index(observed=12, expected=12, severity=3) < 45  # raw counts decide nothing


def test_it_does_not_cry_wolf_over_a_big_city() -> None:
    flocks = replace(POISSON, dispersion=0.05)
    poisson = index(observed=345, expected=300, severity=3)
    assert index(flocks, observed=345, expected=300, severity=3) < poisson - 8
    assert index(flocks, observed=12, expected=2, severity=5) >= 55  # the small place stays loud


counts = st.integers(0, 5_000).map(float)
usual = st.floats(0.2, 3_000)


@given(x=counts, more=st.integers(1, 500), e=usual, dispersion=st.sampled_from([0.0, 0.01, 0.05]))
def test_it_never_falls_when_messages_are_added(
    x: float, more: int, e: float, dispersion: float
) -> None:
    p = replace(POISSON, dispersion=dispersion)
    before = rules.acuity(rules.parts(measures(observed=x, expected=e, severity=3), p), p)
    after = rules.acuity(rules.parts(measures(observed=x + more, expected=e, severity=3), p), p)
    assert after >= before - 1e-6


@given(opened=st.integers(0, 1000), late=st.integers(0, 1000), more=st.integers(1, 100))
def test_it_never_falls_when_more_becomes_overdue(opened: int, late: int, more: int) -> None:
    base = {"observed": 50.0, "expected": 50.0, "severity": 3.0, "open": float(opened)}
    assert index(**base, overdue=late + more) >= index(**base, overdue=late)


@given(
    st.fixed_dictionaries(
        {
            "observed": counts, "expected": usual, "severity": st.floats(0, 5),
            "open": st.integers(0, 9999), "overdue": st.integers(0, 9999),
            "rated": st.integers(50, 100), "low": st.integers(0, 50),
            "joined": st.integers(0, 5000),
        }
    )
)  # fmt: skip
def test_it_stays_between_0_and_100_and_the_parts_add_up(given: dict[str, float]) -> None:
    m = measures(**given)
    parts = rules.parts(m, POISSON)
    values = [getattr(parts, name) for name in POISSON.weights]
    assert all(0 <= value <= 1 for value in values)
    total = rules.acuity(parts, POISSON)
    assert 0 <= total <= 100
    points = [
        100 * weight * value for weight, value in zip(POISSON.weights.values(), values, strict=True)
    ]
    assert sum(points) == pytest.approx(float(total))


@given(x=st.integers(0, 400), e=st.floats(0.2, 300))
def test_its_poisson_tail_is_the_sum_of_the_terms(x: int, e: float) -> None:
    below = math.fsum(math.exp(k * math.log(e) - e - math.lgamma(k + 1)) for k in range(x))
    upper = math.fsum(
        math.exp(k * math.log(e) - e - math.lgamma(k + 1)) for k in range(x, x + 1500)
    )
    exact = upper if upper < 0.5 else 1 - below
    assert float(tail_probability(np.array(x), np.array(e))) == pytest.approx(exact, rel=1e-6)


@given(x=st.integers(0, 300), e=st.floats(0.2, 200), dispersion=st.sampled_from([0.01, 0.05, 0.5]))
def test_its_negative_binomial_tail_is_the_sum_of_the_terms(
    x: int, e: float, dispersion: float
) -> None:
    r = 1 / dispersion

    def term(k: int) -> float:
        log = math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1)
        return math.exp(log + r * math.log(r / (r + e)) + k * math.log(e / (r + e)))

    exact = 1 - math.fsum(term(k) for k in range(x))
    found = float(tail_probability(np.array(x), np.array(e), dispersion))
    assert found == pytest.approx(exact, rel=1e-6, abs=1e-9)


def test_its_tail_answers_for_a_whole_region_and_for_nothing() -> None:
    x = np.array([0.0, 5e6, 5e6, 3.0, 0.0])
    e = np.array([3.0, 5e6, 4.9e6, 0.0, 0.0])
    for dispersion in (0.0, 0.05):
        found = tail_probability(x, e, dispersion)
        assert np.isfinite(found).all()
        assert found[0] == 1
        assert found[1] == pytest.approx(0.5, abs=0.05)
        assert found[3] == 0
        assert found[4] == 1


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0.2, 300)), min_size=1, max_size=30))
def test_it_is_the_same_for_one_place_and_for_many(pairs: list[tuple[int, float]]) -> None:
    x = np.array([pair[0] for pair in pairs], dtype=np.float64)
    e = np.array([pair[1] for pair in pairs])
    many = tail_probability(x, e, 0.05)
    each = [float(tail_probability(np.array(a), np.array(b), 0.05)) for a, b in pairs]
    assert many == pytest.approx(each, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "observed", "forced", "expected"),
    [
        (24, 9, False, "calm"),
        (25, 9, False, "attention"),
        (45, 9, False, "tense"),
        (69, 9, False, "tense"),
        (70, 9, False, "acute"),
        (99, 2, False, "sparse"),
        (3, 0, True, "acute"),
        (3, 50, True, "acute"),
    ],
)
def test_it_colours(value: int, observed: int, forced: bool, expected: str) -> None:
    assert band(value, observed, forced=forced) == expected


def test_it_shows_the_figure_its_band_goes_by() -> None:
    assert rules.rounded(np.array([69.49, 69.5, 24.5, 0.0])).tolist() == [69, 70, 25, 0]


def test_it_leaves_red_after_two_calm_evaluations_only() -> None:
    red, calm = True, 0
    for value, expected in [(59, True), (65, True), (59, True), (58, False)]:
        red, calm = rules.leave_red(value, calm, POISSON)
        assert red is expected


def test_while_a_flood_goes_on_no_evaluation_is_calm() -> None:
    red, calm = True, 0
    for surging, expected in [(True, True), (False, True), (True, True), (False, True)]:
        red, calm = rules.leave_red(40, calm, POISSON, surging=surging)
        assert red is expected
    assert rules.leave_red(40, calm, POISSON) == (False, 2)


def test_it_hides_places_of_fewer_than_three() -> None:
    assert rules.hidden(np.array([0.0, 2.0, 3.0]), POISSON).tolist() == [True, True, False]


def cell(lat: float, lon: float) -> int:
    return int(h3.str_to_int(h3.latlng_to_cell(lat, lon, 9)))


HERE = cell(59.22, 39.89)
NEXT = int(h3.str_to_int(min(h3.grid_ring(h3.int_to_str(HERE), 1))))
FAR = cell(59.30, 39.89)


def test_it_hears_five_neighbours_across_the_edge_of_a_cell() -> None:
    found = rules.clusters([(HERE, 7, 3), (NEXT, 7, 2)], POISSON)
    assert [(topic, cells) for _, topic, cells in found] == [(7, frozenset({HERE, NEXT}))]


@pytest.mark.parametrize(
    "cries",
    [
        [(HERE, 7, 3), (FAR, 7, 2)],
        [(HERE, 7, 3), (NEXT, 8, 2)],
        [(HERE, 7, 4)],
        [],
    ],
    ids=["apart", "different troubles", "four", "none"],
)
def test_it_does_not_hear_a_crowd_where_there_is_none(cries: list[tuple[int, int, int]]) -> None:
    assert rules.clusters(cries, POISSON) == []


def test_it_knows_parents_as_h3_does() -> None:
    for resolution in (6, 7, 8):
        expected = h3.str_to_int(h3.cell_to_parent(h3.int_to_str(HERE), resolution))
        assert rules.parents(np.array([HERE]), resolution).tolist() == [expected]


def past(*windows: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([windows], dtype=np.int64)


def test_it_expects_the_places_own_past() -> None:
    own = rules.expected(past(*[10] * 8), np.array([10.0]), window_days=7, p=POISSON)
    assert own.tolist() == [10]
    pulled = rules.expected(past(10), np.array([5.0]), window_days=7, p=POISSON)
    assert pulled.tolist() == [(4 * 5 + 10) / 5]


def test_it_does_not_call_last_winters_accident_usual() -> None:
    found = rules.expected(past(2, 3, 2, 60, 2, 3), np.array([2.0]), window_days=7, p=POISSON)
    assert found[0] < 3


def test_it_expects_something_even_of_an_empty_place() -> None:
    found = rules.expected(past(0, 0, 0, 0), np.array([0.0]), window_days=7, p=POISSON)
    assert found.tolist() == [POISSON.min_expected]


def spans(days: float, history_days: float) -> list[tuple[float, float]]:
    end = 1000 * DAY
    now = rules.Span(end - int(days * DAY), end)
    found = rules.comparable(now, end - int(history_days * DAY), POISSON)
    return [((span.start - end) / DAY, span.days) for span in found]


def test_it_compares_with_eight_weeks_and_the_season_a_year_ago() -> None:
    found = spans(7, 900)
    assert [start for start, _ in found[:8]] == [-14, -21, -28, -35, -42, -49, -56, -63]
    season = [start for start, _ in found[8:]]
    assert len(season) == 8
    assert min(season) >= -371 - 28
    assert max(season) <= -371 + 28
    assert {days for _, days in found} == {7}


def test_it_compares_an_evening_with_the_same_evening_of_former_weeks() -> None:
    assert [start for start, _ in spans(0.25, 30)] == [-7.25, -14.25, -21.25, -28.25]


def test_it_compares_only_with_what_was_recorded() -> None:
    assert spans(7, 20) == [(-14, 7)]
    assert spans(7, 3) == []
    assert spans(730, 730) == []


@given(days=st.floats(0.1, 800), history=st.floats(0, 1500))
def test_it_never_compares_a_window_with_itself(days: float, history: float) -> None:
    end = 5000 * DAY
    now = rules.Span(end - int(days * DAY), end)
    found = rules.comparable(now, end - int(history * DAY), POISSON)
    assert all(span.end <= now.start and span.start >= end - history * DAY for span in found)
    edges = sorted((span.start, span.end) for span in found)
    assert all(a[1] <= b[0] for a, b in pairwise(edges))


def test_it_reads_the_regions_own_weights() -> None:
    p = rules.parameters(
        {
            "weights": {"anomaly": 0.4, "severity_load": 0.2},
            "bands": [{"code": "calm", "from": 0}, {"code": "acute", "from": 65}],
            "anomaly": {"model": "negative_binomial", "dispersion": 0.05, "full_at": 5},
            "baseline": {"prior_strength_weeks": 2, "season_halfwidth_weeks": 3},
            "forced_red": [
                {"code": "life_support", "people_min": 6, "within_hours": 3},
                {"code": "manual", "expires_hours": 12},
            ],
            "hysteresis": {"leave_acute_below": 50},
            "min_cases": "three",
        }
    )
    assert (p.anomaly, p.severity, p.overdue) == (0.4, 0.2, 0.2)
    assert (p.attention_from, p.acute_from, p.leave_below) == (25, 65, 50.0)
    assert (p.dispersion, p.anomaly_full_at) == (0.05, 5.0)
    assert (p.prior_days, p.season_halfwidth_days) == (14, 21)
    assert (p.people_min, p.people_hours, p.manual_hours) == (6, 3, 12)
    assert p.min_cases == 3


def _numbers(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _numbers(value, (*path, key))
    elif isinstance(data, int | float):
        yield path


def test_every_number_that_an_administrator_may_edit_is_read() -> None:
    own = yaml.safe_load((Path(settings.REGION_DATA) / "heat.yaml").read_text("utf-8"))
    usual = rules.parameters(own)
    for path in _numbers(own):
        edited = copy.deepcopy(own)
        place = reduce(getitem, path[:-1], edited)
        place[path[-1]] += 1
        assert rules.parameters(edited) != usual, path


def test_a_flood_of_small_troubles_is_red_where_the_region_says_so() -> None:
    observed, expected = np.array([1783.0, 60, 49, 500, 60]), np.array([85.0, 6, 0.2, 51, 0.2])
    off, on = rules.Parameters(), rules.parameters(
        {"forced_red": [{"code": "surge", "times": 10, "messages_min": 50}]}
    )  # fmt: skip
    assert rules.surges(observed, expected, on).tolist() == [True, True, False, False, True]
    assert not rules.surges(observed, expected, off).any()


def test_it_falls_back_to_the_specification() -> None:
    assert rules.parameters(None) == rules.parameters({}) == rules.Parameters()
    poisson = {"anomaly": {"model": "poisson", "dispersion": 0.05}}
    assert rules.parameters(poisson).dispersion == 0


def test_its_weights_add_up_to_one() -> None:
    assert sum(POISSON.weights.values()) == pytest.approx(1)


def test_it_finds_the_middle_of_weighted_values() -> None:
    assert rules.median([5.0, 1.0, 3.0], [1, 1, 1]) == 3.0
    assert rules.median([5.0, 1.0], [9, 1]) == 5.0
    assert rules.median([4.0], [0]) is None


def test_it_finds_the_beginning_of_the_day() -> None:
    assert rules.local_midnight(datetime(2026, 5, 4, 13, 7, tzinfo=UTC)).isoformat() == (
        "2026-05-04T00:00:00+00:00"
    )


def test_it_says_a_place_in_one_sentence() -> None:
    m = measures(observed=12, expected=2.04, open=11, overdue=3)
    topic = {"ru": "Нет отопления", "en": "No heating"}
    assert wording.sentence(m, days=7, topic=topic) == {
        "ru": "12 сообщений за 7 дней вместо обычных 2, просрочено 3 из 11 открытых, "
        "чаще всего «Нет отопления».",
        "en": "12 messages in 7 days instead of the usual 2, 3 of 11 open are overdue, "
        "most often “No heating”.",
    }
    bare = wording.sentence(measures(observed=1, expected=0.44), days=1 / 24, topic=None)
    assert bare["ru"] == "1 сообщение за 1 час вместо обычных 0,4."
    assert bare["en"] == "1 message in 1 hour instead of the usual 0.4."


@pytest.mark.parametrize(
    ("count", "word"),
    [(1, "день"), (2, "дня"), (5, "дней"), (11, "дней"), (21, "день"), (112, "дней"), (0, "дней")],
)
def test_it_declines_russian_nouns(count: int, word: str) -> None:
    assert wording.plural(count, "день", "дня", "дней") == word


def test_it_explains_each_part_in_words() -> None:
    said = wording.explain(measures(observed=12, expected=2, severity=4.5, rated=4, low=1), POISSON)
    assert list(said) == list(POISSON.weights) == list(wording.PART_TITLES)
    assert said["anomaly"]["ru"] == "12 вместо обычных 2"
    assert said["severity"]["ru"] == "средний вес тем 4,5 из 5"
    assert said["dissatisfaction"]["ru"] == "1 из 4 оценок и споров против нас"
    assert wording.explain(measures(), POISSON)["dissatisfaction"]["ru"] == "оценок ещё нет"
    assert wording.span_en(2) == "2 days"
    assert wording.span_en(0.25) == "6 hours"
    assert wording.figure(13.4) == "13"
