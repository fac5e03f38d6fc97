"""Ranked ballots: instant runoff for one, Scottish STV for several.

Among equals the last earlier round in which they differ decides; if there is none, the lot: who
stands earlier in it is preferred. STV is that of the Scottish Local Government Elections Order
2011 (weighted inclusive Gregory method): values are cut after the fifth decimal, here whole
numbers of hundred-thousandths.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNIT = 100_000
Pile = list[tuple[tuple[str, ...], int, int]]
"""Papers of one ranking: the ranking, how many, the value of each."""


@dataclass
class _Count:
    """A count under way: the papers of each option, earlier rounds, the lot."""

    piles: dict[str, Pile]
    order: Sequence[str]
    exhausted: int = 0
    rounds: list[dict[str, int]] = field(default_factory=list)
    lot_decided: bool = False

    def votes(self) -> dict[str, int]:
        return {
            key: sum(papers * value for _, papers, value in pile)
            for key, pile in self.piles.items()
        }

    def weakest(self, among: Iterable[str]) -> str:
        return self._last(list(among), sign=1)

    def strongest(self, among: Iterable[str]) -> str:
        return self._last(list(among), sign=-1)

    def _last(self, among: list[str], *, sign: int) -> str:
        for votes in reversed(self.rounds):
            low = min(sign * votes[key] for key in among)
            among = [key for key in among if sign * votes[key] == low]
            if len(among) == 1:
                return among[0]
        self.lot_decided = True
        place = self.order.index
        return max(among, key=place) if sign > 0 else min(among, key=place)

    def hand_on(self, pile: Pile, open_to: set[str]) -> None:
        """Give papers to the next of their options that still stands."""
        for ranking, papers, value in pile:
            following = next((key for key in ranking if key in open_to), None)
            if following is None:
                self.exhausted += papers * value
            else:
                self.piles[following].append((ranking, papers, value))


def _begin(
    options: Sequence[str], ballots: Iterable[Sequence[str]], order: Sequence[str], unit: int
) -> _Count:
    count = _Count({key: [] for key in options}, order)
    papers = sorted(Counter(tuple(ballot) for ballot in ballots).items())
    count.hand_on([(ranking, many, unit) for ranking, many in papers], set(options))
    count.rounds.append(count.votes())
    return count


def irv(
    options: Sequence[str], ballots: Sequence[Sequence[str]], seats: int, order: Sequence[str]
) -> dict[str, Any]:
    """Drop the weakest until one has more than half of the papers that still stand for somebody."""
    assert seats == 1
    count = _begin(options, ballots, order, 1)
    standing, told = set(options), list[dict[str, Any]]()
    while True:
        votes = count.rounds[-1]
        strongest = max(standing, key=lambda key: votes[key])
        if 2 * votes[strongest] > sum(votes[key] for key in standing) or len(standing) == 1:
            told.append(_told(votes, standing, count.exhausted, chosen=[strongest]))
            return {"chosen": [strongest], "rounds": told, "lot_decided": count.lot_decided}
        out = count.weakest(sorted(standing))
        told.append(_told(votes, standing, count.exhausted, out=out))
        standing.remove(out)
        pile, count.piles[out] = count.piles[out], []
        count.hand_on(pile, standing)
        count.rounds.append(count.votes())


def stv(
    options: Sequence[str], ballots: Sequence[Sequence[str]], seats: int, order: Sequence[str]
) -> dict[str, Any]:
    """Fill the seats; surpluses go on, the largest first, then the weakest drops out."""
    count = _begin(options, ballots, order, UNIT)
    quota = (len(ballots) // (seats + 1) + 1) * UNIT
    standing, surplus = set(options), set[str]()
    chosen, told = list[str](), list[dict[str, Any]]()
    while True:
        votes = count.rounds[-1]
        reached = _reached(count, standing, quota)[: seats - len(chosen)]
        chosen += reached
        surplus |= {key for key in reached if votes[key] > quota}
        shown = set(standing) | surplus
        standing -= set(reached)
        if len(standing) <= seats - len(chosen):
            rest = _reached(count, standing, 0)
            told.append(_told(votes, shown, count.exhausted, chosen=reached + rest))
            return _filled(chosen + rest, told, count, quota)
        if len(chosen) == seats:
            told.append(_told(votes, shown, count.exhausted, chosen=reached))
            return _filled(chosen, told, count, quota)
        step = _next_step(count, surplus, standing, quota)
        told.append(_told(votes, shown, count.exhausted, chosen=reached, **step))
        count.rounds.append(count.votes())


def _reached(count: _Count, standing: set[str], quota: int) -> list[str]:
    """Return who has the quota, strongest first."""
    found, waiting = [], {key for key in standing if count.rounds[-1][key] >= quota}
    while waiting:
        found.append(count.strongest(sorted(waiting)))
        waiting.remove(found[-1])
    return found


def _next_step(
    count: _Count, surplus: set[str], standing: set[str], quota: int
) -> dict[str, str]:  # fmt: skip
    if surplus:
        giver = count.strongest(sorted(surplus))
        surplus.remove(giver)
        total, over = count.rounds[-1][giver], count.rounds[-1][giver] - quota
        pile = [
            (ranking, papers, over * value // total)
            for ranking, papers, value in count.piles[giver]
        ]
        count.piles[giver] = [((), 1, quota)]
        count.hand_on(pile, standing)
        return {"surplus_of": giver}
    out = count.weakest(sorted(standing))
    standing.remove(out)
    pile, count.piles[out] = count.piles[out], []
    count.hand_on(pile, standing)
    return {"out": out}


def _filled(
    chosen: list[str], told: list[dict[str, Any]], count: _Count, quota: int
) -> dict[str, Any]:
    return {
        "chosen": chosen, "rounds": told, "lot_decided": count.lot_decided, "quota": quota,
    }  # fmt: skip


def _told(votes: dict[str, int], shown: set[str], exhausted: int, **step: Any) -> dict[str, Any]:
    return {
        "votes": {key: count for key, count in votes.items() if key in shown},
        "exhausted": exhausted,
        **{key: value for key, value in step.items() if value},
    }
