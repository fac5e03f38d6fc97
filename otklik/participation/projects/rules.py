"""Who may take part in a phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

LEVELS = ("none", "phone", "simple", "standard", "confirmed")
VERIFIED = ("standard", "confirmed")
OLDEST = 120
SEXES = ("f", "m")
CELL = 50
"""A group with fewer people is printed together with others."""
DRAFT, ANNOUNCED, OPEN, CLOSED = "draft", "announced", "open", "closed"
"""Where a phase stands."""


@dataclass(frozen=True)
class Circle:
    """Who may take part; no territories means the whole region."""

    min_age: int = 0
    territories: frozenset[str] = frozenset()
    min_level: str = "none"


@dataclass(frozen=True)
class Who:
    """What is known of one who wants to take part."""

    level: str
    territory: str = ""
    born_on: date | None = None
    sex: str = ""


@dataclass(frozen=True)
class Band:
    """People of these ages, both ends included, are counted together."""

    code: str
    low: int
    high: int = OLDEST


def age_on(born_on: date, day: date) -> int:
    """Return full years on a day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def band_of(bands: Iterable[Band], born_on: date | None, day: date) -> str:
    """Return the band of one's age on a day, "" where none is known."""
    if born_on is None:
        return ""
    age = age_on(born_on, day)
    return next((each.code for each in bands if each.low <= age <= each.high), "")


def merged(groups: Mapping[str, int], cell: int = CELL) -> dict[str, int]:
    """Return counts with small cells put together under "", so that nobody stands out.

    If what is put together is itself small, the next smallest joins it.
    """
    found = {key: count for key, count in groups.items() if key and count >= cell}
    rest = sum(count for key, count in groups.items() if key not in found)
    while 0 < rest < cell and found:
        smallest = min(found, key=lambda key: (found[key], key))
        rest += found.pop(smallest)
    return {**dict(sorted(found.items())), **({"": rest} if rest else {})}


def check_born(born_on: date, today: date) -> None:
    """Refuse a date of birth that cannot be."""
    if not 0 <= age_on(born_on, today) <= OLDEST:
        raise Refused("born", "Проверьте дату рождения", "Check the date of birth")


def check_may_take_part(circle: Circle, who: Who, day: date) -> None:
    """Refuse one who is outside the circle on the day the phase opens, and say why."""
    if LEVELS.index(who.level) < LEVELS.index(circle.min_level):
        raise Refused(
            "level", "Нужна учётная запись с более строгой проверкой личности",
            "An account whose owner was checked more strictly is needed",
        )  # fmt: skip
    if not who.territory or who.born_on is None:
        raise Refused("resident", "Скажите, где вы живёте и когда родились",
                      "Say where you live and when you were born")  # fmt: skip
    if age_on(who.born_on, day) < circle.min_age:
        raise Refused("age", f"Участвуют с {circle.min_age} лет",
                      f"One takes part from {circle.min_age} years on")  # fmt: skip
    if circle.territories and who.territory not in circle.territories:
        raise Refused("territory", "Участвуют жители других территорий",
                      "This is for people of other places")  # fmt: skip


def check_personal(kinds: Sequence[str]) -> None:
    """Warn of what everybody would read; who is sure sends all the same."""
    if kinds:
        said = ", ".join(kinds)
        raise Refused(
            "personal",
            f"Похоже, в тексте личные данные: {said}. Их прочтут все. Уберите их или отправьте как"
            " есть",
            f"There seem to be personal data in the text: {said}. Everybody will read them. Take"
            " them out, or send it as it is",
        )
