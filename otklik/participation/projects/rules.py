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
DIGITS = 10
"""Fewer digits are no phone."""
DRAFT, ANNOUNCED, OPEN, CLOSED = "draft", "announced", "open", "closed"
"""Where a phase stands."""
TOLD = ("info", "review")
"""Kinds of phases in which nobody is asked: no decision is owed after them."""
ASKED = {
    "vote": "vote", "budget": "vote", "survey": "survey", "discussion": "discussion",
    "statements": "statements", "petition": "petition",
}  # fmt: skip
"""Under which name what is asked hangs on a phase of each kind."""


@dataclass(frozen=True)
class Circle:
    """Who may take part; no territories means the whole region."""

    min_age: int = 0
    territories: frozenset[str] = frozenset()
    min_level: str = "none"
    proven: bool = False
    """Place and age come from a verified account, never from one's own words."""
    age_day: date | None = None
    """On which day age counts; the day of the beginning if none."""
    registered_before: date | None = None
    listed: frozenset[str] = frozenset()
    """Prints of those who may take part, when it is planned."""


@dataclass(frozen=True)
class Who:
    """What is known of one who wants to take part."""

    level: str
    territory: str = ""
    born_on: date | None = None
    sex: str = ""
    joined: date | None = None
    listed: bool = True
    """Whether they are on the list, where there is one."""


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
    """Refuse one who is outside the circle, of an age counted on a day, and say why."""
    _check_account(circle, who)
    if not who.territory or who.born_on is None:
        raise _unknown(circle.proven)
    if age_on(who.born_on, circle.age_day or day) < circle.min_age:
        raise Refused("age", f"Участвуют с {circle.min_age} лет",
                      f"One takes part from {circle.min_age} years on")  # fmt: skip
    if circle.territories and who.territory not in circle.territories:
        raise Refused("territory", "Участвуют жители других территорий",
                      "This is for people of other places")  # fmt: skip


def _check_account(circle: Circle, who: Who) -> None:
    if LEVELS.index(who.level) < LEVELS.index(circle.min_level):
        raise Refused(
            "level", "Нужна учётная запись с более строгой проверкой личности",
            "An account whose owner was checked more strictly is needed",
        )  # fmt: skip
    before = circle.registered_before
    if before is not None and (who.joined is None or who.joined >= before):
        raise Refused("registered", f"Участвуют те, кто завёл кабинет раньше {before:%d.%m.%Y}",
                      f"This is for accounts opened before {before:%d.%m.%Y}")  # fmt: skip
    if not who.listed:
        raise Refused("list", "Участвуют по списку организатора, а вашей подтверждённой почты или"
                      " телефона в нём нет",
                      "One takes part by the organiser's list, and neither your proven e-mail"
                      " address nor your phone is on it")  # fmt: skip


def _unknown(proven: bool) -> Refused:
    if proven:
        return Refused(
            "proven", "Место жительства и возраст здесь берут из подтверждённой учётной записи:"
            " войдите через Госуслуги. Если вы вошли так, адрес регистрации не назван или не"
            " относится к области",
            "Place and age are taken from a verified account here: sign in by Gosuslugi. If you"
            " did, no address of registration in the region is known of you",
        )  # fmt: skip
    return Refused("resident", "Скажите, где вы живёте и когда родились",
                   "Say where you live and when you were born")  # fmt: skip


def check_stage(kind: str, title: str) -> None:
    """Refuse a phase without a question that is of another kind or has no name."""
    if kind not in TOLD:
        raise Refused("kind", "Выберите вид этапа", "Choose the kind of the step")
    if not title.strip():
        raise Refused("no_title", "Назовите этап", "Name the step")


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
