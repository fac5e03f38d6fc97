"""Who may ask, allow and confirm; what an export holds; which terms have run out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

COLUMNS = {
    "number": "Номер", "received_at": "Получено", "status": "Состояние", "topic": "Тема",
    "territory": "Территория", "organisation": "Организация", "due": "Срок",
    "answered_at": "Ответ дан", "result": "Результат", "channel": "Откуда", "text": "Текст",
    "address": "Адрес", "name": "Имя", "phone": "Телефон", "email": "Почта",
}  # fmt: skip
PERSONAL_COLUMNS = frozenset({"text", "address", "name", "phone", "email"})
MOST_ROWS = 20_000
LEAST_REASON = 10
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    """For how long things are kept, in days: `retention` in the region's settings."""

    closed_cases: int = 1826
    looks: int = 1826
    failed_logins: int = 90
    unused_files: int = 7
    export_files: int = 3
    text_messages: int = 365
    incoming_letters: int = 90


def terms(told: Mapping[str, Any]) -> Terms:
    """Return the terms an administrator set; what is not a positive number is as by default."""
    known = {each.name for each in fields(Terms)}
    return Terms(
        **{
            name: value
            for name, value in told.items()
            if name in known and isinstance(value, int) and value > 0
        }
    )


def before(now: datetime, days: int) -> datetime:
    """Return the moment before which a term of so many days has run out."""
    return now - days * DAY


def check_reason(reason: str) -> None:
    """Refuse to open what is sealed without saying why."""
    if len(reason.strip()) < LEAST_REASON:
        raise Refused("reason", "Напишите, зачем открывать: хотя бы несколько слов",
                      "Say why it is opened")  # fmt: skip


def check_export(reason: str, columns: Iterable[str], count: int) -> list[str]:
    """Return the columns to export, in their order; Refused for a wrong request."""
    chosen = set(columns)
    kept = [name for name in COLUMNS if name in chosen]
    if len(reason.strip()) < LEAST_REASON:
        raise Refused("reason", "Напишите, зачем нужна выгрузка: хотя бы несколько слов",
                      "Say why the export is needed")  # fmt: skip
    if not kept or chosen - set(COLUMNS):
        raise Refused("columns", "Отметьте, какие столбцы нужны", "Choose the columns")
    if not count:
        raise Refused("empty", "По этому отбору ничего нет", "Nothing matches the filter")
    if count > MOST_ROWS:
        raise Refused("too_many", f"Строк {count}, а можно до {MOST_ROWS}. Сузьте отбор",
                      "Too many rows: narrow the filter")  # fmt: skip
    return kept


def second_person(first: int, second: int) -> None:
    """Refuse one person in two parts."""
    if first == second:
        raise Refused("same_person", "Решает другой человек, не тот, кто просил или проверял",
                      "Another person decides")  # fmt: skip


def may_erase(*, at_work: bool, open_cases: int) -> None:
    """Refuse to forget an official, or one whose messages still wait for an answer."""
    if at_work:
        raise Refused("at_work", "Это сотрудник: сначала закройте ему доступ",
                      "This is an official: close their access first")  # fmt: skip
    if open_cases:
        raise Refused(
            "open",
            f"Сообщений в работе: {open_cases}. Сначала дождитесь ответа или отзовите их",
            "Some messages still wait for an answer",
        )
