"""Ask other people's programs to count random profiles, and keep profiles and answers.

    python -m venv /tmp/foreign
    /tmp/foreign/bin/pip install pref-voting==1.18.2 votelib==0.4.0
    /tmp/foreign/bin/pip install gmpy2 natsort ruamel.yaml
    /tmp/foreign/bin/pip install --no-deps pabutools==1.2.3 abcvoting==2.19.2
    /tmp/foreign/bin/python tools/foreign_counts.py [--profiles 12000]

It takes minutes. The programs bring 780 MB of solvers and plots, so they are no part of
our environment: their answers lie in `otklik/participation/ballots/tests/data`, where README.md
tells the form of a line and what is compared how. pref-voting, votelib and abcvoting are MIT,
pabutools is GPLv3+; nothing of theirs is copied. The last two want gurobipy, a closed solver, for
rules that are not asked here: they do without.

Electorates are small and prices few, so that most profiles have equals somewhere. Our lot is given
to each program as its own way of breaking ties, wherever it takes one.
"""

# ruff: noqa: PLC0415  (each program is asked for what it counts)
from __future__ import annotations

import argparse
import gzip
import random
import sys
import types
from itertools import groupby
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "otklik/participation/ballots/tests/data"
SEED = 20261126
NEAR = 1e-9
NOBODY = "-"
"""A program's answer where it has none: a tie that it does not break, a rule it does not know."""


def written(ballots: list[str]) -> str:
    """Write equal ballots once, with their number: `3ab c`."""
    counted = [(each, len(list(same))) for each, same in groupby(sorted(ballots))]
    return " ".join(f"{many}{each}" if many > 1 else each for each, many in counted)


def electorate(chance: random.Random) -> int:
    """Return a number of voters: mostly few, at times as many as a street has."""
    return chance.choice((chance.randint(1, 6), chance.randint(3, 14), chance.randint(8, 60)))


# Ranked ballots


def rankings(chance: random.Random) -> tuple[str, int, str, list[str]]:
    """Draw options, seats, a lot and papers, many of them cut short."""
    options = "abcdef"[: chance.randint(2, 6)]
    lot = "".join(chance.sample(options, len(options)))
    whole = chance.random() < 0.25
    papers = []
    for _ in range(electorate(chance)):
        places = len(options) if whole else chance.randint(1, len(options))
        papers.append("".join(chance.sample(options, places)))
    return options, chance.randint(1, len(options) - 1), lot, papers


class Lot:
    """Our lot in the place of pref-voting's randomness, which asks it to choose one of equals.

    It does not say for what: equals who were elected stand for whose surplus goes on first, and
    the lot's first is preferred; all others stand for dropping out, which the lot's last does.

    Of three equals an earlier round may part one from two. pref-voting then draws among all three
    (`parted` is false), we among the two: the Order draws where all stages were equal.
    """

    def __init__(self, lot: list[int], *, parted: bool) -> None:
        self.lot, self.parted = lot, parted

    def choice(self, equals: list[int]) -> int:
        """Return the one of equals whom the lot names."""
        asked = sys._getframe(1).f_locals  # noqa: SLF001
        stronger = equals[0] in asked["winners"]
        for totals in reversed(asked["history"]) if self.parted else ():
            votes = {key: totals.get(key, 0.0) for key in equals}
            end = max(votes.values()) if stronger else min(votes.values())
            equals = [key for key in equals if abs(votes[key] - end) < NEAR]
        in_order = sorted(equals, key=self.lot.index)
        return in_order[0] if stronger else in_order[-1]


def ranked_line(chance: random.Random) -> str:
    """Return a profile with the answers of pref-voting and votelib."""
    from pref_voting.iterative_methods import instant_runoff_put
    from pref_voting.profiles_with_ties import ProfileWithTies
    from pref_voting.proportional_methods import stv_scottish

    options, seats, lot, papers = rankings(chance)
    # numbers from one: pref-voting takes a chosen 0 for nobody
    of = {key: place for place, key in enumerate(options, 1)}
    name = {place: key for key, place in of.items()}
    profile = ProfileWithTies(
        [{of[key]: place for place, key in enumerate(paper, 1)} for paper in papers],
        candidates=list(name),
    )

    def told(found: Any) -> str:
        return "".join(sorted(name[int(each)] for each in found))

    def elected(number: int, *, parted: bool) -> str:
        order = [of[key] for key in lot]
        return told(stv_scottish(profile, num_seats=number, rng=Lot(order, parted=parted)))

    own = elected(1, parted=False), elected(seats, parted=False)
    kept = elected(1, parted=True), elected(seats, parted=True)
    return "|".join((
        options, str(seats), lot, written(papers), told(instant_runoff_put(profile)), *kept,
        _runoff_of_votelib(papers), *(own if own != kept else ()),
    ))  # fmt: skip


def _runoff_of_votelib(papers: list[str]) -> str:
    from votelib.evaluate.sequential import TransferableVoteSelector

    votes: dict[tuple[str, ...], int] = {}
    for paper in papers:
        votes[tuple(paper)] = votes.get(tuple(paper), 0) + 1
    try:
        return "".join(TransferableVoteSelector().evaluate(votes, 1))
    except NotImplementedError:  # equals: it leaves them to whoever asks
        return NOBODY


# Budgets


def wishes(chance: random.Random) -> tuple[dict[str, int], int, str, list[str]]:
    """Draw prices, a budget, a lot and marks; in a third of profiles all prices are equal."""
    options = "abcdefg"[: chance.randint(2, 7)]
    if chance.random() < 1 / 3:
        price = chance.choice((1, 7, 500))
        prices, budget = dict.fromkeys(options, price), price * chance.randint(1, len(options))
    else:
        dear = chance.choice((3, 12, 90, 2_000_000))
        prices = {key: chance.randint(1, dear) for key in options}
        budget = chance.randint(1, sum(prices.values()))
    lot = "".join(chance.sample(options, len(options)))
    marks = [
        "".join(sorted(chance.sample(options, chance.randint(1, len(options)))))
        for _ in range(electorate(chance))
    ]
    return prices, budget, lot, marks


def budget_line(chance: random.Random) -> str:
    """Return a profile with the answers of pabutools and abcvoting."""
    from pabutools.election import (
        ApprovalBallot,
        ApprovalProfile,
        Cost_Sat,
        Instance,
        Project,
    )
    from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares
    from pabutools.tiebreaking import TieBreakingRule

    prices, budget, lot, marks = wishes(chance)
    of = {key: Project(key, price) for key, price in prices.items()}
    instance = Instance(of.values(), budget_limit=budget)
    profile = ApprovalProfile(
        [ApprovalBallot(of[key] for key in each) for each in marks], instance=instance
    )
    by_lot = TieBreakingRule(lambda _i, _p, project: lot.index(project.name))
    asked: dict[str, Any] = {"sat_class": Cost_Sat, "tie_breaking": by_lot}
    greedy = greedy_utilitarian_welfare(instance, profile, **asked)
    shares = method_of_equal_shares(instance, profile, **asked)
    more = greedy_utilitarian_welfare(
        instance, profile, initial_budget_allocation=list(shares), **asked
    )
    wanted = set("".join(marks))

    def told(found: Any) -> str:
        # what nobody marked pabutools takes last, if the money lasts; we never do
        return "".join(sorted(each.name for each in found if each.name in wanted))

    return "|".join((
        " ".join(f"{key}{price}" for key, price in prices.items()), str(budget), lot,
        written(marks), told(greedy), told(shares), told(more),
        _shares_of_abcvoting(prices, budget, lot, marks),
    ))  # fmt: skip


def _shares_of_abcvoting(prices: dict[str, int], budget: int, lot: str, marks: list[str]) -> str:
    """Return what Equal Shares elect where all prices are equal and fill the budget evenly."""
    price = prices[lot[0]]
    if set(prices.values()) != {price} or not budget or budget % price:
        return NOBODY
    sys.modules.setdefault("gurobipy", types.ModuleType("gurobipy"))
    from abcvoting import abcrules
    from abcvoting.preferences import Profile

    profile = Profile(len(lot))  # numbered by the lot: among equals it takes the least number
    profile.add_voters([[lot.index(key) for key in each] for each in marks])
    found = abcrules.compute_equal_shares(
        profile, committeesize=budget // price, completion=None, resolute=True
    )
    return "".join(sorted(lot[number] for number in found[0]))


def main() -> None:
    """Write both files anew."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profiles", type=int, default=12_000)
    many = parser.parse_args().profiles
    for name, line in (("ranked", ranked_line), ("budgets", budget_line)):
        chance = random.Random(SEED)
        text = "".join(f"{line(chance)}\n" for _ in range(many))
        packed = gzip.compress(text.encode(), 9, mtime=0)
        (FOLDER / f"foreign_{name}.txt.gz").write_bytes(packed)
        print(name, many, "profiles", len(packed), "bytes")


if __name__ == "__main__":
    main()
