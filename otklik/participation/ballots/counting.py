"""Counting by every method: the same ballots and the same lot always give the same result."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from otklik.participation.ballots import ranked
from otklik.participation.ballots.rules import by_votes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otklik.participation.ballots.rules import Contest

PERCENT = 100
Choices = list[str] | dict[str, int]


def tally(contest: Contest, ballots: Sequence[Any], order: Sequence[str]) -> dict[str, Any]:
    """Count ballots; whole numbers and keys only, so that the result has one form in JSON.

    `order` is the lot among equals. `chosen` is what people chose, whether or not it holds;
    `holds` tells whether quorum and threshold are met, `why` names what is not.
    """
    votes = support(contest, ballots)
    found: dict[str, Any] = {"ballots": len(ballots), "votes": votes, "rounds": []}
    if not ballots:
        found |= {"chosen": [], "lot_decided": False}
    elif contest.method == "ranked":
        count = ranked.irv if contest.counting == "irv" else ranked.stv
        found |= count(contest.options, ballots, contest.seats, order)
    elif contest.method == "budget":
        found |= _budget(contest, ballots, votes, order)
    else:
        first = by_votes(votes, order)[0]
        tied = sum(1 for count in votes.values() if count == votes[first]) > 1
        found |= {"chosen": [first], "lot_decided": tied}
    why = _missing(contest, found)
    return {**found, "holds": not why, "why": why}


def support(contest: Contest, ballots: Sequence[Any]) -> dict[str, int]:
    """Return what each option got: marks, the sum of scores, or first places of a ranking."""
    found: Counter[str] = Counter()
    for ballot in ballots:
        if contest.method == "score":
            found.update(ballot)
        else:
            found.update(ballot[:1] if contest.method == "ranked" else ballot)
    return {key: found[key] for key in contest.options}


def part(contest: Contest, ballots: Sequence[Any]) -> dict[str, Any]:
    """Return how many ballots came one way and what they say, shown apart."""
    return {"ballots": len(ballots), "votes": support(contest, ballots)}


def _missing(contest: Contest, found: Mapping[str, Any]) -> str:
    if found["ballots"] == 0 or found["ballots"] < contest.quorum:
        return "quorum"
    if contest.method in {"single", "approval"} and contest.threshold:
        best = found["votes"][found["chosen"][0]]
        if best * PERCENT <= contest.threshold * found["ballots"]:
            return "threshold"
    return ""


def _budget(
    contest: Contest, ballots: Sequence[list[str]], votes: Mapping[str, int], order: Sequence[str]
) -> dict[str, Any]:
    if contest.counting == "greedy":
        chosen = greedy(contest.costs, votes, contest.budget, order)
        return {"chosen": chosen, "lot_decided": _lot_mattered(votes)}
    chosen = equal_shares(contest.costs, ballots, contest.budget, order)
    spent = sum(contest.costs[key] for key in chosen)
    rest = {key: count for key, count in votes.items() if key not in chosen}
    more = greedy(contest.costs, rest, contest.budget - spent, order)
    return {
        "chosen": chosen + more,
        "rounds": [{"shares": chosen, "rest": more}],
        "lot_decided": _lot_mattered(votes),
    }


def _lot_mattered(votes: Mapping[str, int]) -> bool:
    """Tell whether equals were there at all: then the lot may have decided."""
    return len(set(votes.values())) < len(votes)


def greedy(
    costs: Mapping[str, int], votes: Mapping[str, int], budget: int, order: Sequence[str]
) -> list[str]:
    """Take proposals from most votes to least while the money lasts; what does not fit is passed.

    A proposal without a single vote is never taken.
    """
    chosen = []
    for key in by_votes(votes, order):
        if votes[key] and costs[key] <= budget:
            chosen.append(key)
            budget -= costs[key]
    return chosen


def equal_shares(
    costs: Mapping[str, int], ballots: Sequence[Sequence[str]], budget: int, order: Sequence[str]
) -> list[str]:
    """Choose by the Method of Equal Shares: everybody gets an equal part of the money.

    Supporters of a proposal share its cost as evenly as their money allows. Each time that one is
    taken whose supporters pay least for a rouble of it; among equals the lot decides. People who
    marked the same always have the same left, so they are counted as one group.
    """
    groups = Counter(frozenset(ballot) for ballot in ballots)
    left = dict.fromkeys(groups, Fraction(budget, max(len(ballots), 1)))
    chosen: list[str] = []
    while True:
        offers = [
            (part / costs[key], number, key, part)
            for number, key in enumerate(order)
            if key not in chosen
            and (part := _part(key, costs[key], groups, left)) is not None
        ]  # fmt: skip
        if not offers:
            return chosen
        _, _, taken, part = min(offers)
        chosen.append(taken)
        for group in groups:
            if taken in group:
                left[group] -= min(left[group], part)


def _part(
    key: str, cost: int, groups: Mapping[frozenset[str], int],
    left: Mapping[frozenset[str], Fraction],
) -> Fraction | None:  # fmt: skip
    """Return the most that one supporter pays, or None if all together cannot."""
    supporters = sorted((left[group], count) for group, count in groups.items() if key in group)
    people, owed = sum(count for _, count in supporters), Fraction(cost)
    for money, count in supporters:
        if money * people >= owed:
            return owed / people
        owed -= money * count
        people -= count
    return None
