"""What may be said after people were heard, what is late, what stands first in a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

RUNNING, KEPT, DROPPED = "running", "kept", "dropped"
VERDICTS = ("accepted", "partly", "rejected", "postponed")
WHOLE = 100


@dataclass(frozen=True)
class Step:
    """What may be done with an obligation: the verb, by which side, from which state to which."""

    verb: str
    title_ru: str
    title_en: str
    sides: frozenset[str]
    after: str = RUNNING


EXECUTOR, ORGANISER = "executor", "organiser"
STEPS = (
    Step("progress", "Рассказать, как идёт", "Tell how it goes", frozenset({EXECUTOR, ORGANISER})),
    Step("keep", "Сообщить, что сделано", "Tell that it is done",
         frozenset({EXECUTOR, ORGANISER}), KEPT),
    Step("link", "Связать сообщения жителей", "Tie messages", frozenset({EXECUTOR, ORGANISER})),
    Step("move", "Перенести срок", "Move the date", frozenset({ORGANISER})),
    Step("drop", "Снять обязательство", "Drop the obligation", frozenset({ORGANISER}), DROPPED),
)  # fmt: skip
BY_VERB = {step.verb: step for step in STEPS}


def steps_for(state: str, sides: Iterable[str]) -> tuple[Step, ...]:
    """Return what may be done now by one who stands on these sides."""
    held = frozenset(sides)
    return tuple(step for step in STEPS if state == RUNNING and step.sides & held)


def check_running(state: str) -> None:
    """Refuse to change what has come to its end."""
    if state != RUNNING:
        raise Refused("ended", "По этому обязательству уже всё сказано",
                      "This obligation has come to its end")  # fmt: skip


def check_closed(sealed: datetime | None, closes_at: datetime, now: datetime) -> None:
    """Refuse a decision on what has not ended."""
    if sealed is None or closes_at > now:
        raise Refused("not_closed", "Решение принимают после конца: люди ещё отвечают",
                      "One decides after the end: people still answer")  # fmt: skip


def check_said(text: str, ru: str, en: str) -> None:
    """Refuse silence where words are owed."""
    if not text.strip():
        raise Refused("empty", ru, en)


def check_decided_on(day: date, closed_on: date, today: date) -> None:
    """Refuse a decision of before the end or of the future."""
    if not closed_on <= day <= today:
        raise Refused("decided_on", "Дата решения — от конца голосования до сегодня",
                      "The decision's date lies between the end and today")  # fmt: skip


def check_due(day: date | None, today: date) -> None:
    """Refuse a promise for yesterday."""
    if day is None or day < today:
        raise Refused("due", "Срок должен быть впереди", "The date must lie ahead")


def check_done_on(day: date | None, begun: date, today: date) -> None:
    """Refuse a day on which it cannot have been done."""
    if day is None or not begun <= day <= today:
        raise Refused("done_on", "Проверьте день: не раньше обещания и не позже сегодня",
                      "Check the day: not before the promise, not after today")  # fmt: skip


def check_percent(percent: int | None) -> None:
    """Refuse a share that is none; a whole one is said by «done»."""
    if percent is None or not 0 <= percent < WHOLE:
        raise Refused("percent", "Сколько сделано — от 0 до 99 процентов",
                      "How much is done: from 0 to 99 percent")  # fmt: skip


def late(state: str, due: date, today: date) -> bool:
    """Tell whether a promise is broken today."""
    return state == RUNNING and due < today


def days_without(closed_on: date, today: date) -> int:
    """Return for how many days there is no decision."""
    return max((today - closed_on).days, 0)


def pressing(
    obligations: Iterable[tuple[str, date]], *, decided: bool, today: date
) -> tuple[int, int]:
    """Return the place of a matter in the public list: what is overdue first, what is done last.

    Then by days: the longest overdue, the longest undecided, the soonest due.
    """
    held = list(obligations)
    overdue = [due for state, due in held if late(state, due, today)]
    if overdue:
        return 0, -(today - min(overdue)).days
    if not decided:
        return 1, 0
    running = [due for state, due in held if state == RUNNING]
    if running:
        return 2, (min(running) - today).days
    return 3, 0
