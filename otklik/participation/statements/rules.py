"""What may be said, how it is answered, which statement comes next: arithmetic."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

AGREE, DISAGREE, PASS = "agree", "disagree", "pass"
VALUES: Mapping[str, int] = {AGREE: 1, DISAGREE: -1, PASS: 0}
PENDING, SHOWN, HIDDEN, ERASED = "pending", "shown", "hidden", "erased"
SHOW, HIDE = "show", "hide"
MOVES: Mapping[tuple[str, str], str] = {
    (PENDING, SHOW): SHOWN, (PENDING, HIDE): HIDDEN, (SHOWN, HIDE): HIDDEN, (HIDDEN, SHOW): SHOWN,
}  # fmt: skip
FEWEST_SEEDS = 5


@dataclass(frozen=True)
class Limits:
    """How long a statement is and how many one adds: data of the region."""

    longest: int = 200
    a_person: int = 5


def limits(told: Mapping[str, Any]) -> Limits:
    """Return the region's limits; what it does not say stays as it is."""
    known = {name: int(told[name]) for name in Limits.__annotations__ if name in told}
    return Limits(**known)


def check_text(text: str, longest: int) -> None:
    """Refuse words that are not there or are too many."""
    if not text.strip():
        raise Refused("text", "Напишите высказывание", "Write the statement")
    if len(text) > longest:
        raise Refused("text", f"Слишком длинно: {len(text)} знаков, можно {longest}",
                      f"Too long: {len(text)} characters, {longest} are allowed")  # fmt: skip


def check_count(added: int, most: int) -> None:
    """Refuse more statements of one person than the region allows."""
    if added >= most:
        raise Refused("too_many", f"Вы добавили уже {added}, больше нельзя",
                      f"You have added {added}, which is all")  # fmt: skip


def value_of(answer: str) -> int:
    """Return the number of an answer; refuse what is none."""
    if answer not in VALUES:
        raise Refused("answer", "Выберите: согласны, не согласны или пропустить",
                      "Choose: agree, disagree or pass")  # fmt: skip
    return VALUES[answer]


def state_after(state: str, act: str) -> str:
    """Return where an act leads."""
    after = MOVES.get((state, act))
    if after is None:
        raise Refused("moved", "С высказыванием уже поступили иначе: откройте страницу заново",
                      "It has been dealt with otherwise: open the page anew")  # fmt: skip
    return after


def check_reason(act: str, reason: str, known: Iterable[str]) -> None:
    """Refuse to hide without a reason of the list."""
    if act == HIDE and reason not in known:
        raise Refused("reason", "Выберите причину: её увидят все", "Choose the reason: all see it")


def turn(conversation: str, person: int, statement: int) -> str:
    """Return a statement's turn among equals for one person: a hash that anybody can repeat."""
    return hashlib.sha256(f"{conversation}:{person}:{statement}".encode()).hexdigest()


def following(conversation: str, person: int, answered: Mapping[int, int]) -> int | None:
    """Return which of the statements not seen comes next: least answered, then by the hash.

    `answered` says for each statement that one has not seen how many have answered it.
    """
    return min(
        answered,
        key=lambda each: (answered[each], turn(conversation, person, each)), default=None,
    )  # fmt: skip


def faults(seeds: Sequence[str], longest: int) -> list[str]:
    """Return why a draft is not ready, in the organiser's words."""
    said = []
    if len(seeds) < FEWEST_SEEDS:
        said.append(f"Нужно хотя бы {FEWEST_SEEDS} высказываний для начала")
    said += [f"Длиннее {longest} знаков: {each[:40]}…" for each in seeds if len(each) > longest]
    return said
