"""Limits, answers and the turn of statements: without a database."""

from __future__ import annotations

import hashlib

import pytest

from otklik.ground.accounts.rules import Refused
from otklik.participation.statements import rules


def test_the_least_answered_comes_next_and_equals_stand_by_a_hash_anybody_repeats() -> None:
    assert rules.following("bus", 7, {}) is None
    assert rules.following("bus", 7, {11: 3, 12: 1, 13: 2}) == 12
    equal = dict.fromkeys(range(20), 5)
    first = min(equal, key=lambda each: hashlib.sha256(f"bus:7:{each}".encode()).hexdigest())
    assert rules.following("bus", 7, equal) == first
    assert len({rules.following("bus", person, equal) for person in range(30)}) > 5


def test_limits_are_the_region_s_and_answers_are_three() -> None:
    assert rules.limits({"longest": 100}).longest == 100
    for text in (" ", "а" * 201):
        with pytest.raises(Refused, match="text"):
            rules.check_text(text, 200)
    with pytest.raises(Refused, match="too_many"):
        rules.check_count(5, 5)
    assert [rules.value_of(each) for each in ("agree", "disagree", "pass")] == [1, -1, 0]
    with pytest.raises(Refused, match="answer"):
        rules.value_of("maybe")


def test_a_draft_needs_statements_and_hiding_a_reason() -> None:
    assert "хотя бы 5" in rules.faults(["одно"], 200)[0]
    assert rules.faults(["раз", "два", "три", "четыре", "пять"], 200) == []
    with pytest.raises(Refused, match="reason"):
        rules.check_reason("hide", "", ["insult"])
    assert rules.state_after("hidden", "show") == "shown"
    with pytest.raises(Refused, match="moved"):
        rules.state_after("erased", "show")
