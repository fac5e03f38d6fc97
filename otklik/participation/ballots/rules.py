"""What may stand on a ballot, and what a count decides: arithmetic over keys of options."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from statistics import median_low
from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

METHODS = ("single", "approval", "score", "ranked", "budget")
COUNTINGS = {"ranked": ("irv", "stv"), "budget": ("greedy", "shares")}
SECRECIES = ("open", "detached", "blind")
RANKS = 5
"""A longer ranking is as good as a signature: whoever knows it finds the ballot."""
TOGETHER = 20
"""So many ballots wait for one another before they stand on the board."""

WAITING, DIFFERS, COUNTED, SPOILED = "waiting", "differs", "counted", "spoiled"
"""How a sheet of paper stands: read once; read differently; agreed; agreed that it is spoiled."""


@dataclass(frozen=True)
class Contest:
    """What is chosen from and how it is counted; all of it stands in the manifest."""

    method: str
    options: tuple[str, ...]
    counting: str = ""
    max_choices: int = 1
    max_score: int = 5
    seats: int = 1
    budget: int = 0
    costs: Mapping[str, int] = field(default_factory=dict)
    quorum: int = 0
    threshold: int = 0


def contest_of(manifest: Mapping[str, Any]) -> Contest:
    """Return the contest that a manifest describes."""
    rules, options = manifest["rules"], manifest["options"]
    return Contest(
        method=rules["method"],
        options=tuple(each["key"] for each in options),
        counting=rules["counting"],
        max_choices=rules["max_choices"],
        max_score=rules["max_score"],
        seats=rules["seats"],
        budget=rules["budget"],
        costs={each["key"]: each["cost"] for each in options},
        quorum=rules["quorum"],
        threshold=rules["threshold"],
    )


def checked(contest: Contest, choices: object) -> list[str] | dict[str, int]:
    """Return choices in the one form in which they are kept; Refused for what is not allowed."""
    if contest.method == "score":
        return _scores(contest, choices)
    if not isinstance(choices, list) or not all(isinstance(each, str) for each in choices):
        raise Refused("malformed", "Бюллетень не читается", "The ballot cannot be read")
    if not choices:
        raise Refused("empty", "Отметьте хотя бы один вариант", "Mark at least one option")
    if len(set(choices)) != len(choices):
        raise Refused("twice", "Один вариант отмечен дважды", "An option is marked twice")
    if not set(choices) <= set(contest.options):
        raise Refused("unknown", "Такого варианта нет", "There is no such option")
    if len(choices) > contest.max_choices:
        raise Refused(
            "too_many", f"Можно отметить не больше {contest.max_choices}",
            f"At most {contest.max_choices} may be marked",
        )  # fmt: skip
    return list(choices) if contest.method == "ranked" else sorted(choices)


def _scores(contest: Contest, choices: object) -> dict[str, int]:
    if not isinstance(choices, dict) or set(choices) != set(contest.options):
        raise Refused("malformed", "Оцените каждый вариант", "Score every option")
    for value in choices.values():
        if type(value) is not int or not 0 <= value <= contest.max_score:
            raise Refused(
                "score", f"Оценка — целое число от 0 до {contest.max_score}",
                f"A score is a whole number from 0 to {contest.max_score}",
            )  # fmt: skip
    return {key: choices[key] for key in sorted(choices)}


def faults(contest: Contest, *, voters: int | None = None) -> list[str]:
    """Return in Russian what hinders a contest from being opened, for the check list."""
    found = []
    if contest.method not in METHODS:
        found.append("Неизвестный способ голосования")
    if len(contest.options) < 2:  # noqa: PLR2004
        found.append("Нужно хотя бы два варианта")
    if contest.counting not in COUNTINGS.get(contest.method, ("",)):
        found.append("Не выбран способ подсчёта")
    found += _limits(contest)
    if voters is not None and contest.quorum > voters:
        found.append("Кворум больше числа тех, кто может голосовать")
    return found


def _limits(contest: Contest) -> list[str]:
    found = []
    ranked, budget = contest.method == "ranked", contest.method == "budget"
    if ranked and contest.max_choices > RANKS:
        found.append(f"Мест в ранжировании не больше {RANKS}: длинный порядок выдаёт голосующего")
    if contest.method == "single" and contest.max_choices != 1:
        found.append("При выборе одного варианта отмечают один")
    if not 1 <= contest.max_choices <= max(len(contest.options), 1):
        found.append("Отметок может быть от одной до числа вариантов")
    if ranked and not 1 <= contest.seats < max(len(contest.options), 2):
        found.append("Побеждающих должно быть меньше, чем вариантов")
    if budget and any(cost <= 0 for cost in contest.costs.values()):
        found.append("У каждого предложения должна быть цена")
    if budget and not any(0 < cost <= contest.budget for cost in contest.costs.values()):
        found.append("Бюджета не хватает ни на одно предложение")
    return found


def reading(entries: Sequence[Any]) -> tuple[str, Any]:
    """Return how a sheet stands by what was read on it, and what counts; None counts nothing.

    The first two read alone; they agree, or a third decides.
    """
    if len(entries) == 1:
        return WAITING, None
    if len(entries) == 2 and entries[0] != entries[1]:  # noqa: PLR2004
        return DIFFERS, None
    return (SPOILED, None) if entries[-1] is None else (COUNTED, entries[-1])


def left_out(papers: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many sheets count nothing: spoiled ones, and those that two did not agree on."""
    states = [each["state"] for each in papers]
    unread = states.count(WAITING) + states.count(DIFFERS)
    return {"spoiled": states.count(SPOILED), "unread": unread}


@dataclass(frozen=True)
class Unusual:
    """A minute stands out with so many ballots at least, and so many times the usual minute."""

    floor: int = 30
    times: int = 5


def unusual(told: Mapping[str, Any]) -> Unusual:
    """Read the settings; what is missing or no whole number above nought stays usual."""
    usual = Unusual()
    floor, times = told.get("burst_floor"), told.get("burst_times")
    return Unusual(
        floor if type(floor) is int and floor > 0 else usual.floor,
        times if type(times) is int and times > 0 else usual.times,
    )


def bursts(minutes: Mapping[datetime, int], by: Unusual) -> list[tuple[datetime, int]]:
    """Return the minutes with far more ballots than the median of the minutes that had any."""
    if not minutes:
        return []
    line = max(by.floor, by.times * median_low(minutes.values()))
    return [(at, count) for at, count in sorted(minutes.items()) if count >= line]


def lot(head: str, options: Iterable[str]) -> tuple[str, ...]:
    """Return the order that decides among equals: nobody can know it before the last ballot.

    Options stand by SHA-256 of the board's last head and the option's key, smallest first.
    """
    return tuple(sorted(options, key=lambda key: sha256(f"{head}:{key}".encode()).hexdigest()))


def by_votes(votes: Mapping[str, int], order: Sequence[str]) -> list[str]:
    """Return options from most votes to least; equals stand as drawn by lot."""
    place = {key: number for number, key in enumerate(order)}
    return sorted(votes, key=lambda key: (-votes[key], place[key]))
