"""Our two counts, the product's and the verifier's, beside other people's programs.

Twelve thousand profiles of each kind with the answers of four programs lie in `data`, whose README
says what is compared how; `tools/foreign_counts.py` made them.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from otklik.participation.ballots import counting, ranked
from tools import verify_vote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANY = 12_000
DATA = Path(__file__).parent / "data"
Ranked = tuple[list[str], list[list[str]], int, list[str], str]
Shares = tuple[dict[str, int], list[list[str]], int, list[str]]


def lines(name: str) -> Iterator[list[str]]:
    with gzip.open(DATA / f"foreign_{name}.txt.gz", "rt") as file:
        for line in file:
            yield line.rstrip("\n").split("|")


def ballots(written: str) -> list[list[str]]:
    """Read «3ab c»: three ballots that say a and b, one that says c."""
    return [
        list(each.lstrip("0123456789"))
        for each in written.split()
        for _ in range(int(re.match(r"\d*", each)[0] or 1))  # type: ignore[index]
    ]


def by_product(asked: Ranked) -> tuple[list[str], bool]:
    options, papers, seats, lot, how = asked
    found = (ranked.irv if how == "irv" else ranked.stv)(options, papers, seats, lot)
    return found["chosen"], found["lot_decided"]


def by_verifier(asked: Ranked) -> tuple[list[str], bool]:
    options, papers, seats, lot, how = asked
    found = verify_vote.Ranked(options, papers, lot).run(how, seats)
    return found["chosen"], found["lot_decided"]


@pytest.mark.parametrize("count", [by_product, by_verifier])
def test_ranked_counts_agree_with_pref_voting_and_votelib(
    count: Callable[[Ranked], tuple[list[str], bool]],
) -> None:
    seen: Counter[str] = Counter()
    for options, seats, lot, papers, possible, one, some, plain, *own in lines("ranked"):
        read, order = ballots(papers), list(lot)
        (winner,), drawn = count((list(options), read, 1, order, "irv"))
        assert winner in possible, "of pref-voting, whichever of equals drops out"
        assert winner == one, "of pref-voting with our lot"
        assert plain in {winner, "-"}, "of votelib, where nobody was equal"
        chosen, several_drawn = count((list(options), read, int(seats), order, "stv"))
        assert "".join(sorted(chosen)) == some, (options, seats, lot, papers)
        seen.update(
            all=1, decided=len(possible) == 1, votelib=plain != "-", several=seats != "1",
            drawn=drawn or several_drawn, parted=bool(own),
        )  # fmt: skip
    assert seen == RANKED


RANKED = {
    "all": MANY,
    "decided": 8435,
    "votelib": 6356,
    "several": 6416,
    "drawn": 6010,
    "parted": 9,
}
"""`decided`: one winner however equals drop out; `several`: more seats than one; `drawn`: our lot
was asked; `parted`: pref-voting by itself draws among equals whom an earlier round has parted."""


def shares_by_product(asked: Shares) -> list[str]:
    costs, marks, money, lot = asked
    return counting.equal_shares(costs, marks, money, lot)


def shares_by_verifier(asked: Shares) -> list[str]:
    costs, marks, money, lot = asked
    return verify_vote.equal_shares(costs, marks, money, lot)


@pytest.mark.parametrize(
    ("shares", "greedy"),
    [(shares_by_product, counting.greedy), (shares_by_verifier, verify_vote.afford)],
)
def test_budgets_agree_with_pabutools_and_abcvoting(
    shares: Callable[[Shares], list[str]], greedy: Callable[..., list[str]]
) -> None:
    seen: Counter[str] = Counter()
    for prices, money, lot, marked, most, fair, more, plain in lines("budgets"):
        costs = {each[0]: int(each[1:]) for each in prices.split()}
        marks, order, budget = ballots(marked), list(lot), int(money)
        votes = {key: sum(key in each for each in marks) for key in costs}
        assert "".join(sorted(greedy(costs, votes, budget, order))) == most
        chosen = shares((costs, marks, budget, order))
        told = "".join(sorted(chosen))
        assert told == fair, (prices, money, lot, marked)
        assert plain in {told, "-"}
        left = budget - sum(costs[key] for key in chosen)
        rest = {key: count for key, count in votes.items() if key not in chosen}
        assert "".join(sorted(chosen + greedy(costs, rest, left, order))) == more
        seen.update(
            all=1, abcvoting=plain != "-", equal=len(set(votes.values())) < len(votes),
            differ=most != more,
        )  # fmt: skip
    assert seen == BUDGETS


BUDGETS = {"all": MANY, "abcvoting": 4054, "equal": 8686, "differ": 1266}
"""`equal`: two proposals with as many votes; `differ`: the two ways choose otherwise."""
