"""What stands first in the public list, and what may not be said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.ground.accounts.rules import Refused
from otklik.participation.outcomes import rules

TODAY = date(2026, 11, 26)
DAY = timedelta(days=1)
DUES = st.lists(
    st.tuples(
        st.sampled_from([rules.RUNNING, rules.KEPT, rules.DROPPED]),
        st.integers(-40, 40).map(lambda days: TODAY + days * DAY),
    ),
    max_size=5,
)


@given(DUES, st.booleans())
def test_a_broken_promise_stands_above_all_else(
    dues: list[tuple[str, date]], decided: bool
) -> None:
    place, _days = rules.pressing(dues, decided=decided, today=TODAY)
    broken = any(rules.late(state, due, TODAY) for state, due in dues)
    assert (place == 0) == broken
    assert (place == 1) == (not broken and not decided)


def test_the_longest_broken_comes_first() -> None:
    old = rules.pressing([("running", TODAY - 9 * DAY)], decided=True, today=TODAY)
    new = rules.pressing([("running", TODAY - DAY)], decided=True, today=TODAY)
    assert old < new < rules.pressing([], decided=False, today=TODAY)


def test_a_day_is_kept_until_its_end() -> None:
    assert not rules.late("running", TODAY, TODAY)
    assert rules.late("running", TODAY - DAY, TODAY)
    assert not rules.late("kept", TODAY - DAY, TODAY)


@pytest.mark.parametrize("day", [TODAY + DAY, TODAY - 3 * DAY])
def test_nobody_decides_before_the_end_or_tomorrow(day: date) -> None:
    with pytest.raises(Refused):
        rules.check_decided_on(day, TODAY - 2 * DAY, TODAY)


def test_only_the_organiser_moves_a_day_or_drops_a_promise() -> None:
    ours = {each.verb for each in rules.steps_for("running", ["executor"])}
    assert ours == {"progress", "keep", "link"}
    assert {each.verb for each in rules.steps_for("running", ["organiser"])} == set(rules.BY_VERB)
    assert rules.steps_for("kept", ["organiser"]) == ()
