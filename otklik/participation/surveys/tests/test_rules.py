"""Conditions, answers, columns: what holds for any of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.ground.accounts.rules import Refused
from otklik.participation.surveys import rules
from otklik.participation.surveys.rules import Asked

LETTERS = ("Да", "Нет", "Не знаю")
KEYS = ["q1", "q2", "q3"]
LEAVES = st.one_of(
    st.sampled_from(KEYS).map(lambda key: {"answered": key}),
    st.tuples(st.sampled_from(KEYS), st.sampled_from(["o1", "o2", "o3"])).map(
        lambda pair: {"eq": list(pair)}
    ),
    st.tuples(st.sampled_from(KEYS), st.integers(-3, 3)).map(lambda pair: {"gt": list(pair)}),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"all": each}),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"any": each}),
        inner.map(lambda each: {"not": each}),
    ),
    max_leaves=4,
)
ANSWERS = st.dictionaries(
    st.sampled_from(KEYS), st.one_of(st.sampled_from(["o1", "o2", "o3"]), st.integers(-4, 4))
)


def chain(first: Any, second: Any) -> list[Asked]:
    return [
        Asked("q1", "single", 1, "1", options=LETTERS),
        Asked("q2", "single", 2, "2", options=LETTERS, show_if=first),
        Asked("q3", "single", 3, "3", options=LETTERS, show_if=second),
    ]


@given(TREES, TREES, ANSWERS)
def test_what_is_hidden_counts_for_nothing_however_deep(
    first: Any, second: Any, answers: dict[str, Any]
) -> None:
    questions = chain(first, second)
    kept = rules.kept(questions, answers)
    assert rules.kept(questions, kept) == kept
    assert rules.shown(questions, kept) == rules.shown(questions, answers)
    asked = {one.key for one in rules.shown(questions, answers)}
    assert set(kept) == asked & set(answers)
    assert ("q2" in asked) == rules.holds(first, {k: v for k, v in answers.items() if k == "q1"})


@given(TREES, ANSWERS)
def test_a_condition_and_its_opposite_never_agree(tree: Any, answers: dict[str, Any]) -> None:
    assert rules.holds({"not": tree}, answers) != rules.holds(tree, answers)


@pytest.mark.parametrize(
    "tree", [{"match": ["q1", ".*"]}, {"eq": "q1"}, {"all": []}, [], {"gt": ["q1", "x"]}]
)
def test_what_is_no_condition_hinders_the_announcement(tree: Any) -> None:
    with pytest.raises(ValueError, match="no condition"):
        rules.keys_of(tree)


def test_a_condition_looks_back_only() -> None:
    forward = chain({"answered": "q3"}, {})
    assert rules.faults(forward) == ["«2»: условие смотрит не на прежнюю страницу"]
    assert rules.faults(chain({"answered": "q1"}, {"answered": "q2"})) == []


@pytest.mark.parametrize(
    ("one", "raw", "code"),
    [
        (Asked("q", "single", required=True, options=LETTERS), "", "required"),
        (Asked("q", "single", options=LETTERS), "o9", "unknown"),
        (Asked("q", "multiple", options=LETTERS, high=1), ["o1", "o2"], "too_many"),
        (Asked("q", "ranking", options=LETTERS), {"o1": "1", "o2": "1", "o3": "2"}, "places"),
        (Asked("q", "matrix", required=True, options=LETTERS, rows=("а", "б")), {"r1": "o1"},
         "rows"),
        (Asked("q", "number"), "много", "number"),
        (Asked("q", "scale", low=1, high=5), "6", "range"),
        (Asked("q", "date"), "2026-02-30", "date"),
        (Asked("q", "short"), "ы" * 301, "long"),
    ],
)  # fmt: skip
def test_a_bad_answer_is_refused_by_name(one: Asked, raw: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.checked(one, raw)
    assert refused.value.code == code


def test_columns_are_the_same_whatever_way_one_went() -> None:
    questions = [
        Asked("q1", "single", options=LETTERS), Asked("q2", "multiple", options=LETTERS),
        Asked("q3", "matrix", options=LETTERS, rows=("а", "б")), Asked("q4", "short"),
        Asked("q5", "statement"), Asked("q6", "number"),
    ]  # fmt: skip
    head = rules.columns(questions)
    assert head == ["q1", "q2.o1", "q2.o2", "q2.o3", "q3.r1", "q3.r2", "q4", "q6"]
    said = {"q1": "o2", "q2": ["o1", "o3"], "q3": {"r2": "o1"}, "q4": "=1+1", "q6": -5}
    assert rules.line(questions, said) == ["Нет", "1", "0", "1", "", "Да", "'=1+1", "-5"]
    assert rules.line(questions, {}) == [""] * len(head)


def test_a_number_too_long_to_be_meant_is_refused_and_not_cut() -> None:
    with pytest.raises(Refused, match="number"):
        rules.checked(Asked("q1", "number"), "1234567890123")
    assert rules.checked(Asked("q1", "number"), "−12") == -12
