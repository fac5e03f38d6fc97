"""Counts against worked examples and against the same counts done another way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from otklik.ground.accounts.rules import Refused
from otklik.participation.ballots import counting, ranked, rules
from otklik.participation.ballots.rules import Contest
from otklik.participation.ballots.tests import oracles
from otklik.participation.projects import rules as phases

ABCDE = ("a", "b", "c", "d", "e")
MANY = settings(max_examples=150)


def papers(*lines: str) -> list[list[str]]:
    """Return ballots written as «3 abc»: three papers that rank a, then b, then c."""
    return [list(line.split()[1]) for line in lines for _ in range(int(line.split()[0]))]


rankings = some.lists(
    some.tuples(some.permutations(ABCDE[:4]), some.integers(1, 4)).map(
        lambda ranked: tuple(ranked[0][: ranked[1]])
    ),
    min_size=1, max_size=9,
).map(tuple)  # fmt: skip
orders = some.permutations(ABCDE[:4]).map(tuple)


def test_single_and_approval_count_marks_and_say_when_the_lot_decided() -> None:
    contest = Contest("single", ("a", "b", "c"))
    found = counting.tally(contest, [["a"], ["b"], ["b"], ["a"]], ("c", "b", "a"))
    assert found["votes"] == {"a": 2, "b": 2, "c": 0}
    assert found["chosen"] == ["b"]
    assert found["lot_decided"]
    approval = Contest("approval", ("a", "b"), max_choices=2)
    found = counting.tally(approval, [["a", "b"], ["b"]], ("a", "b"))
    assert (found["chosen"], found["lot_decided"], found["holds"]) == (["b"], False, True)


def test_score_counts_the_sum_and_wants_every_option() -> None:
    contest = Contest("score", ("a", "b"), max_score=3)
    assert rules.checked(contest, {"b": 3, "a": 0}) == {"a": 0, "b": 3}
    found = counting.tally(contest, [{"a": 0, "b": 3}, {"a": 2, "b": 0}], ("a", "b"))
    assert (found["votes"], found["chosen"]) == ({"a": 2, "b": 3}, ["b"])


@pytest.mark.parametrize(
    ("contest", "choices"),
    [
        (Contest("single", ("a", "b")), ["a", "b"]),
        (Contest("single", ("a", "b")), []),
        (Contest("single", ("a", "b")), ["x"]),
        (Contest("single", ("a", "b")), "a"),
        (Contest("single", ("a", "b")), [1]),
        (Contest("single", ("a", "b")), None),
        (Contest("approval", ("a", "b"), max_choices=2), ["a", "a"]),
        (Contest("score", ("a", "b")), {"a": 1}),
        (Contest("score", ("a", "b")), {"a": 1, "b": 6}),
        (Contest("score", ("a", "b")), {"a": 1, "b": True}),
        (Contest("score", ("a", "b")), {"a": 1, "b": 2.0}),
        (Contest("score", ("a", "b")), ["a"]),
    ],
)
def test_what_is_not_allowed_is_refused(contest: Contest, choices: Any) -> None:
    with pytest.raises(Refused):
        rules.checked(contest, choices)


def test_a_ranking_keeps_its_order_and_other_ballots_have_one_form() -> None:
    assert rules.checked(Contest("ranked", ("a", "b"), max_choices=2), ["b", "a"]) == ["b", "a"]
    assert rules.checked(Contest("approval", ("a", "b"), max_choices=2), ["b", "a"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("quorum", "threshold", "why"),
    [(3, 0, ""), (4, 0, "quorum"), (0, 66, ""), (0, 67, "threshold"), (9, 90, "quorum")],
)
def test_quorum_and_threshold(quorum: int, threshold: int, why: str) -> None:
    contest = Contest("single", ("a", "b"), quorum=quorum, threshold=threshold)
    found = counting.tally(contest, [["a"], ["a"], ["b"]], ("a", "b"))
    assert (found["why"], found["holds"]) == (why, not why)


def test_half_is_not_more_than_half() -> None:
    contest = Contest("single", ("a", "b"), threshold=50)
    assert counting.tally(contest, [["a"], ["b"]], ("a", "b"))["why"] == "threshold"


def test_nobody_came() -> None:
    for method, how in (("single", ""), ("ranked", "stv"), ("budget", "shares")):
        found = counting.tally(Contest(method, ("a", "b"), how), [], ("a", "b"))
        assert (found["chosen"], found["why"]) == ([], "quorum")


def test_runoff_hands_on_the_votes_of_who_dropped_out() -> None:
    found = ranked.irv(("a", "b", "c"), papers("4 a", "3 bc", "2 cb"), 1, ("a", "b", "c"))
    assert found["chosen"] == ["b"]
    assert [each.get("out") for each in found["rounds"]] == ["c", None]
    assert not found["lot_decided"]


def test_runoff_looks_back_among_equals_before_it_draws() -> None:
    # b and c are equal after d goes, but c had more at first: b drops out.
    profile = papers("5 a", "3 b", "4 c", "1 db")
    found = ranked.irv(("a", "b", "c", "d"), profile, 1, ("b", "c", "a", "d"))
    assert found["rounds"][1]["out"] == "b"
    assert not found["lot_decided"]


def test_runoff_draws_among_those_who_were_always_equal() -> None:
    profile = papers("2 a", "1 ba", "1 cb")
    outs = {
        order: ranked.irv(("a", "b", "c"), profile, 1, tuple(order))["rounds"][0].get("out")
        for order in ("abc", "acb")
    }
    assert outs == {"abc": "c", "acb": "b"}
    assert ranked.irv(("a", "b", "c"), profile, 1, tuple("abc"))["lot_decided"]


def test_scottish_surplus_is_cut_after_the_fifth_place() -> None:
    # Quota 4 of 10 for two seats. a has 7: each paper goes on with 3/7 = 0.42857.
    found = ranked.stv(("a", "b", "c"), papers("4 ab", "3 ac", "2 b", "1 c"), 2, ("a", "b", "c"))
    assert found["quota"] == 4 * ranked.UNIT
    assert found["rounds"][1]["votes"] == {"b": 200000 + 4 * 42857, "c": 100000 + 3 * 42857}
    assert found["chosen"] == ["a", "b"]


@MANY
@given(rankings, orders)
def test_runoff_agrees_with_every_possible_order_of_dropping(
    profile: tuple[tuple[str, ...], ...], order: tuple[str, ...]
) -> None:
    found = ranked.irv(ABCDE[:4], list(profile), 1, order)
    possible = oracles.irv_possible(ABCDE[:4], profile)
    assert found["chosen"][0] in possible
    if len(possible) > 1:
        assert found["lot_decided"] or len(found["rounds"]) > 1


@MANY
@given(rankings, orders, some.integers(1, 3))
def test_stv_agrees_with_a_count_paper_by_paper(
    profile: tuple[tuple[str, ...], ...], order: tuple[str, ...], seats: int
) -> None:
    found = ranked.stv(ABCDE[:4], list(profile), seats, order)
    assert found["chosen"] == oracles.Stv(ABCDE[:4], profile, order).elect(seats)
    assert len(found["chosen"]) == seats


marks = some.lists(
    some.sets(some.sampled_from(ABCDE), min_size=1).map(sorted).map(tuple), min_size=1, max_size=8
).map(tuple)
prices = some.fixed_dictionaries({key: some.integers(1, 30) for key in ABCDE})


@MANY
@given(marks, prices, some.integers(1, 60), some.permutations(ABCDE).map(tuple))
def test_equal_shares_agree_with_a_count_voter_by_voter(
    profile: Any, costs: dict[str, int], budget: int, order: tuple[str, ...]
) -> None:
    found = counting.equal_shares(costs, profile, budget, order)
    assert found == oracles.shares(costs, profile, budget, order)
    assert sum(costs[key] for key in found) <= budget


@MANY
@given(marks, prices, some.integers(1, 60), some.sampled_from(["greedy", "shares"]))
def test_a_budget_is_kept_and_nothing_wanted_that_still_fits_is_left(
    profile: Any, costs: dict[str, int], budget: int, how: str
) -> None:
    contest = Contest("budget", ABCDE, how, max_choices=5, budget=budget, costs=costs)
    found = counting.tally(contest, profile, ABCDE)
    left = budget - sum(costs[key] for key in found["chosen"])
    assert left >= 0
    assert all(
        costs[key] > left
        for key in ABCDE if found["votes"][key] and key not in found["chosen"]
    )  # fmt: skip


def test_equal_shares_serve_a_minority_that_greedy_passes_over() -> None:
    costs = {"a": 50, "b": 50, "c": 40}
    profile = [["a", "b"]] * 6 + [["c"]] * 4
    contest: dict[str, Any] = {"max_choices": 3, "budget": 100, "costs": costs}
    by = {
        how: counting.tally(Contest("budget", ("a", "b", "c"), how, **contest), profile, "abc")
        for how in ("greedy", "shares")
    }
    assert by["greedy"]["chosen"] == ["a", "b"]
    assert by["shares"]["chosen"] == ["a", "c"]


@given(some.dictionaries(some.sampled_from("abcdefgh"), some.integers(0, 120)))
def test_no_small_cell_is_printed(turnout: dict[str, int]) -> None:
    found = phases.merged(turnout)
    assert sum(found.values()) == sum(turnout.values())
    assert all(count >= phases.CELL for key, count in found.items() if len(found) > 1)
    assert len([key for key in found if not key]) <= 1


def test_the_lot_cannot_be_known_before_the_last_head_and_is_the_same_after() -> None:
    drawn = {rules.lot(f"{number:064x}", ABCDE) for number in range(40)}
    assert len(drawn) > 20
    assert rules.lot("ab" * 32, ABCDE) == rules.lot("ab" * 32, reversed(ABCDE))


@pytest.mark.parametrize(
    ("contest", "said"),
    [
        (Contest("single", ("a",)), "два варианта"),
        (Contest("ranked", (*ABCDE, "f"), "irv", max_choices=6), "не больше 5"),
        (Contest("ranked", ABCDE, ""), "подсчёта"),
        (Contest("ranked", ("a", "b"), "stv", seats=2), "Побеждающих"),
        (Contest("budget", ("a", "b"), "greedy", costs={"a": 5, "b": 0}, budget=9), "цена"),
        (Contest("budget", ("a", "b"), "greedy", costs={"a": 5, "b": 7}, budget=4), "Бюджета"),
        (Contest("approval", ("a", "b"), max_choices=3), "от одной"),
        (Contest("single", ("a", "b"), max_choices=2), "отмечают один"),
        (Contest("lottery", ("a", "b")), "способ"),
    ],
)
def test_the_check_list_finds_what_is_missing(contest: Contest, said: str) -> None:
    assert any(said in each for each in rules.faults(contest))


def test_a_whole_contest_has_no_faults() -> None:
    for contest in (
        Contest("single", ("a", "b"), quorum=5),
        Contest("ranked", ABCDE, "stv", max_choices=5, seats=2),
        Contest("budget", ("a", "b"), "shares", max_choices=2, costs={"a": 1, "b": 2}, budget=2),
    ):
        assert rules.faults(contest, voters=10) == []
    assert rules.faults(Contest("single", ("a", "b"), quorum=11), voters=10)
