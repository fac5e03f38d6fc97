"""Terms of personal reception and of the reception's control. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.ground.kit.clock import Unit, WorkingTime, add

if TYPE_CHECKING:
    from datetime import datetime

ANSWER_DAYS = 3
"""Working days within which one who asked to be received hears yes or no."""
REMIND_AHEAD = timedelta(days=1)


class Refused(ValueError):  # noqa: N818  (a refusal is not an error of ours)
    """It is not allowed so; `field` is where to mend it."""

    def __init__(self, code: str, ru: str, en: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.ru, self.en, self.field = code, ru, en, field


def answer_due(asked_at: datetime, working: WorkingTime, days: int = ANSWER_DAYS) -> datetime:
    """Return by when a request to be received is answered."""
    return add(asked_at, days, Unit.WORKING_DAYS, working)


def control_day(asked: int, term: int) -> int:
    """Return the day of control: as the channel asks, but in a short term at two thirds of it."""
    return min(asked, max(1, term * 2 // 3))


def control_due(registered_at: datetime, day: int, working: WorkingTime) -> datetime:
    """Return when the reception looks at an appeal: the day itself or the working day before."""
    return add(registered_at, day, Unit.CALENDAR_DAYS, working)


def check_request(name: str, theme: str, text: str, phone: str | None) -> None:
    """Refuse a request that nobody could answer, one mistake at a time, the first field first."""
    if not name.strip():
        raise Refused("name", "Напишите фамилию, имя и отчество", "Write your name", "name")
    if phone is None:
        raise Refused(
            "phone", "Проверьте телефон: например, +7 921 000-00-00",
            "Check the phone: for example +7 921 000-00-00", "phone",
        )  # fmt: skip
    if not theme.strip():
        raise Refused("theme", "Напишите тему в нескольких словах", "Name the theme", "theme")
    if not text.strip():
        raise Refused("text", "Напишите, о чём разговор", "Say what it is about", "text")
