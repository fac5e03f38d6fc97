"""The same counts done again, slowly, paper by paper and in another way."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

Papers = tuple[tuple[str, ...], ...]


def irv_possible(options: tuple[str, ...], papers: Papers) -> set[str]:
    """Return all who may win, whichever of equals drops out each time."""

    @cache
    def winners(standing: frozenset[str]) -> frozenset[str]:
        tops = [next((key for key in paper if key in standing), None) for paper in papers]
        votes = {key: tops.count(key) for key in standing}
        for key, count in votes.items():
            if count > sum(votes.values()) - count or len(standing) == 1:
                return frozenset({key})
        low = min(votes.values())
        every = [winners(standing - {key}) for key, count in votes.items() if count == low]
        return frozenset().union(*every)

    return set(winners(frozenset(options)))


class Stv:
    """Scottish STV with one object for every paper and decimals cut after the fifth place."""

    def __init__(self, options: tuple[str, ...], papers: Papers, order: tuple[str, ...]) -> None:
        self.order = order
        self.hopeful = list(options)
        self.papers: list[dict[str, Any]] = [
            {"paper": paper, "value": Decimal(1), "at": ""} for paper in papers
        ]
        self.history: list[dict[str, Decimal]] = []
        self.kept: dict[str, Decimal] = {}
        for paper in self.papers:
            self._move(paper)

    def _move(self, paper: dict[str, Any]) -> None:
        paper["at"] = next((key for key in paper["paper"] if key in self.hopeful), None)

    def _totals(self) -> dict[str, Decimal]:
        found = {key: Decimal(0) for key in self.order}
        for paper in self.papers:
            if paper["at"]:
                found[paper["at"]] += paper["value"]
        return found | self.kept

    def _ranked(self, keys: list[str]) -> list[str]:
        """Strongest first: by the latest totals, then by those before them, then by lot."""
        return sorted(keys, key=lambda key: (
            [-totals[key] for totals in reversed(self.history)], self.order.index(key)
        ))  # fmt: skip

    def elect(self, seats: int) -> list[str]:  # noqa: C901  (on purpose in one piece)
        quota = Decimal(len(self.papers) // (seats + 1) + 1)
        elected: list[str] = []
        pending: list[str] = []
        while True:
            self.history.append(self._totals())
            now = self.history[-1]
            for key in self._ranked([key for key in self.hopeful if now[key] >= quota]):
                if len(elected) < seats:
                    elected.append(key)
                    self.hopeful.remove(key)
                    if now[key] > quota:
                        pending.append(key)
            if len(self.hopeful) + len(elected) <= seats:
                return elected + self._ranked(self.hopeful)
            if len(elected) == seats:
                return elected
            if pending:
                giver = self._ranked(pending)[0]
                pending.remove(giver)
                over, total = now[giver] - quota, now[giver]
                self.kept[giver] = quota
                for paper in self.papers:
                    if paper["at"] == giver:
                        exact = Fraction(over) * Fraction(paper["value"]) / Fraction(total)
                        paper["value"] = (
                            Decimal(exact.numerator * 10**5 // exact.denominator) / 10**5
                        ).quantize(Decimal("0.00001"), ROUND_DOWN)
                        self._move(paper)
            else:
                out = self._ranked(self.hopeful)[-1]
                self.hopeful.remove(out)
                for paper in self.papers:
                    if paper["at"] == out:
                        self._move(paper)


def shares(  # noqa: C901  (on purpose in one piece)
    costs: dict[str, int], papers: Papers, budget: int, order: tuple[str, ...]
) -> list[str]:
    """Equal shares voter by voter; the common part is sought among all possible numbers of poor."""
    purse = [Fraction(budget, len(papers)) for _ in papers]
    taken: list[str] = []
    while True:
        best: tuple[Fraction, int] | None = None
        pays = Fraction(0)
        for place, key in enumerate(order):
            fans = [voter for voter, paper in enumerate(papers) if key in paper]
            if key in taken or not fans or sum(purse[voter] for voter in fans) < costs[key]:
                continue
            parts = []
            for poor in range(len(fans)):
                ranked = sorted(fans, key=lambda voter: purse[voter])
                given = sum((purse[voter] for voter in ranked[:poor]), Fraction(0))
                part = (costs[key] - given) / (len(fans) - poor)
                if part >= 0 and sum(min(part, purse[voter]) for voter in fans) == costs[key]:
                    parts.append(part)
            part = min(parts)
            if best is None or (part / costs[key], place) < best:
                best, pays = (part / costs[key], place), part
        if best is None:
            return taken
        key = order[best[1]]
        taken.append(key)
        for voter, paper in enumerate(papers):
            if key in paper:
                purse[voter] -= min(purse[voter], pays)
