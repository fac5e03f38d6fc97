"""The life of an instruction: who may do what with it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from otklik.flow.cases.rules import Refused

Side = Literal["giver", "executor"]
GIVEN, ACCEPTED, REPORTED, RETURNED, CONFIRMED, WITHDRAWN = (
    "given", "accepted", "reported", "returned", "confirmed", "withdrawn",
)  # fmt: skip
TITLES = {
    GIVEN: {"ru": "Дано", "en": "Given"},
    ACCEPTED: {"ru": "Принято к исполнению", "en": "Accepted"},
    REPORTED: {"ru": "Есть отчёт, ждёт проверки", "en": "Reported, to be checked"},
    RETURNED: {"ru": "Возвращено на доработку", "en": "Sent back"},
    CONFIRMED: {"ru": "Исполнено", "en": "Done"},
    WITHDRAWN: {"ru": "Снято", "en": "Withdrawn"},
}
OPEN = frozenset({GIVEN, ACCEPTED, REPORTED, RETURNED})
WAITS_FOR_EXECUTOR = frozenset({GIVEN, ACCEPTED, RETURNED})
FARTHEST = timedelta(days=366)
WORDS = 3


@dataclass(frozen=True)
class Step:
    """One verb: from which states to which, and whose it is. An empty target changes no state."""

    verb: str
    sources: frozenset[str]
    target: str
    side: Side
    ru: str
    en: str


STEPS = (
    Step("accept", frozenset({GIVEN}), ACCEPTED, "executor", "Принять к исполнению", "Accept"),
    Step("report", WAITS_FOR_EXECUTOR, REPORTED, "executor", "Отчитаться", "Report"),
    Step("confirm", frozenset({REPORTED}), CONFIRMED, "giver", "Подтвердить исполнение", "Confirm"),
    Step("send_back", frozenset({REPORTED}), RETURNED, "giver", "Вернуть на доработку",
         "Send back"),
    Step("extend", WAITS_FOR_EXECUTOR, "", "giver", "Перенести срок", "Move the date"),
    Step("withdraw", OPEN, WITHDRAWN, "giver", "Снять поручение", "Withdraw"),
)  # fmt: skip
BY_VERB = {step.verb: step for step in STEPS}


def step(status: str, verb: str) -> str:
    """Return the state after a verb; Refused if the present one does not allow it."""
    found = BY_VERB[verb]
    if status not in found.sources:
        raise Refused(
            "not_now",
            "Этого уже нельзя сделать: поручение изменилось. Обновите страницу",
            "This can no longer be done: it has changed. Reload the page",
        )
    return found.target or status


def steps_for(status: str, sides: frozenset[str]) -> tuple[Step, ...]:
    """Return what somebody on these sides may do now."""
    return tuple(each for each in STEPS if status in each.sources and each.side in sides)


def check(text: str, due: datetime | None, now: datetime) -> None:
    """Refuse an instruction that asks for nothing or for no date ahead."""
    if len(text.split()) < WORDS:
        raise Refused(
            "empty",
            "Напишите, что сделать: хотя бы несколько слов",
            "Say what to do, in a few words at least",
        )
    check_due(due, now)


def check_due(due: datetime | None, now: datetime) -> None:
    """Refuse a date that has passed or is too far."""
    if due is None or not now < due <= now + FARTHEST:
        raise Refused(
            "due",
            "Срок должен быть впереди, не дальше года",
            "The date must be ahead, within a year",
        )


def check_said(text: str, ru: str, en: str) -> None:
    """Refuse a step that must be explained and is not."""
    if not text.strip():
        raise Refused("empty", ru, en)


def may_confirm(controller: int, reporter: int | None) -> None:
    """Separation of duties: nobody confirms a report of their own."""
    if controller == reporter:
        raise Refused(
            "own_report",
            "Свой отчёт проверяет другой человек",
            "Somebody else must check your report",
        )


def overdue(status: str, due: datetime, now: datetime) -> bool:
    """Tell whether the executor is late."""
    return status in WAITS_FOR_EXECUTOR and due < now
