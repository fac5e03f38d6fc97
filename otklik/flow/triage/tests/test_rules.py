from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from otklik.flow.triage.rules import (
    Parameters,
    Season,
    certain,
    disagrees,
    needs_eyes,
    not_worse,
    owners,
    parameters,
    prior,
)


@dataclass
class Seen:
    fact: str
    score: float


def test_the_first_guess_is_certain_from_the_limit_on() -> None:
    assert certain([Seen("a", 0.8), Seen("b", 0.1)], 0.8)
    assert not certain([Seen("a", 0.79)], 0.8)
    assert not certain([], 0.8)


@pytest.mark.parametrize("wrong", [None, {}, {"certain": "x"}, {"certain": 0}, {"certain": True}])
def test_a_limit_that_is_none_keeps_the_default(wrong: dict[str, Any] | None) -> None:
    assert parameters(wrong) == Parameters()


def test_the_limit_is_the_region_s_own() -> None:
    assert parameters({"certain": 0.95}).certain == 0.95


@pytest.mark.parametrize(
    "text", ["", "…", "Помогите", "Да пошли вы на хуй со своими дорогами", "Б Л Я бля яма"]
)
def test_a_person_looks_at_obscene_and_empty_texts(text: str) -> None:
    assert needs_eyes(text)


@pytest.mark.parametrize(
    "text",
    ["Яма на дороге", "Прошу подстраховать перебои со светом", "Хлебозавод коптит",
     "Мандарины гнилые", "Употребляют алкоголь в подъезде", "Небо не видно из-за дыма"],
)  # fmt: skip
def test_decent_texts_pass(text: str) -> None:
    assert not needs_eyes(text)


def test_a_season_goes_over_new_year_and_has_two_weeks_around() -> None:
    winter = Season("11-01", "04-01")
    assert winter.holds(date(2026, 1, 15))
    assert not winter.holds(date(2026, 7, 1))
    assert winter.holds(date(2026, 10, 25), around=14)
    assert not winter.holds(date(2026, 10, 25))


def test_out_of_season_a_fact_is_less_likely() -> None:
    seasons = {"snow": Season("11-01", "04-01"), "grass": Season("05-01", "09-30")}
    assert set(prior(seasons, date(2026, 1, 15))) == {"grass"}
    assert all(0 < value < 1 for value in prior(seasons, date(2026, 1, 15)).values())


def test_the_author_s_choice_is_doubted_only_if_the_text_surely_says_something_far() -> None:
    near = frozenset({"pothole", "unpaved"})
    assert disagrees("pothole", [Seen("lift", 0.9), Seen("roof", 0.05)], 0.8, near)
    assert not disagrees("pothole", [Seen("lift", 0.7)], 0.8, near)
    assert not disagrees("pothole", [Seen("unpaved", 0.9)], 0.8, near)
    assert not disagrees("pothole", [Seen("lift", 0.9), Seen("pothole", 0.05)], 0.8, near)


def test_an_owner_named_by_the_text_goes_first() -> None:
    order = ["municipal", "regional", "federal", "house"]
    assert owners("Яма на трассе А-119", order)[0] == "federal"
    assert owners("Областная дорога разбита", order)[0] == "regional"
    assert owners("Управляющая компания не чистит двор", order)[0] == "house"
    assert owners("Яма у школы", order) == order


def scored(phrases: float, fresh: float, before: float, checked: int = 10) -> dict[str, Any]:
    def of(share: float, count: int) -> dict[str, Any]:
        return {"checked": count, "top1": share, "top3": share}

    return {
        "seed": "s", "phrases": of(phrases, 600), "fresh": of(fresh, checked),
        "before": of(before, checked),
    }  # fmt: skip


def test_a_version_is_taken_if_it_is_not_worse_where_the_other_has_not_seen() -> None:
    at_work = scored(0.6, 0, 0)
    assert not_worse(scored(0.6, 0.5, 0.4), at_work)
    assert not_worse(scored(0.6, 0.4, 0.4), at_work)
    assert not not_worse(scored(0.6, 0.3, 0.4), at_work)


def test_a_version_that_forgot_our_own_phrases_is_not_taken() -> None:
    at_work = scored(0.6, 0, 0)
    assert not_worse(scored(0.59, 0.5, 0.4), at_work)
    assert not not_worse(scored(0.5, 0.9, 0.4), at_work)
    assert not_worse(scored(0.5, 0.9, 0.4) | {"seed": "topics were edited"}, at_work)
