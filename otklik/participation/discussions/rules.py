"""What a document is made of, what may be written, what a moderator does with it: arithmetic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from otklik.participation.projects.rules import Circle

PAGE, PARAGRAPH, POINT = "page", "paragraph", "point"
PRE, POST = "pre", "post"
FOR, AGAINST, NEUTRAL = "for", "against", "neutral"
STANCES = (FOR, AGAINST, NEUTRAL)
PENDING, SHOWN, HIDDEN, ERASED = "pending", "shown", "hidden", "erased"
SHOW, HIDE, RESTORE, UPHOLD = "show", "hide", "restore", "uphold"
MOVES: Mapping[tuple[str, str], str] = {
    (PENDING, SHOW): SHOWN, (PENDING, HIDE): HIDDEN, (SHOWN, HIDE): HIDDEN,
    (HIDDEN, RESTORE): SHOWN, (HIDDEN, UPHOLD): HIDDEN,
}  # fmt: skip
"""From which state a moderator's act leads to which; what is not here is refused."""
MOST_PARTS, LONGEST_PART, LONGEST_HEAD = 400, 4000, 200
NORTH, EAST = 90, 180
_PLACE = re.compile(r"^@\s*(-?\d{1,3}\.\d+)\s*,\s*(-?\d{1,3}\.\d+)\s+(\S.*)$")


@dataclass(frozen=True)
class Part:
    """A place of a document at which one may write: a page, a paragraph, a point of the map."""

    key: str
    kind: str
    page: int
    text: str
    lat: float | None = None
    lon: float | None = None


def parts(source: str) -> tuple[Part, ...]:
    """Read a document: «# » begins a page, a blank line a paragraph, «@ lat, lon name» a point."""
    found: list[Part] = []
    page = paragraph = point = 0
    for block in re.split(r"\n\s*\n|\n(?=[#@])|(?<=\n)(?=[#@])", source.replace("\r\n", "\n")):
        text = " ".join(block.split())
        if not text:
            continue
        if text.startswith("#"):
            head, _line, rest = block.strip().partition("\n")
            page, paragraph = page + 1, 0
            found.append(Part(f"p{page}", PAGE, page, head.lstrip("# ").strip()[:LONGEST_HEAD]))
            text = " ".join(rest.split())
        elif place := _PLACE.match(text):
            point += 1
            lat, lon = float(place[1]), float(place[2])
            found.append(Part(f"t{point}", POINT, max(page, 1), place[3][:LONGEST_HEAD], lat, lon))
            continue
        if text:
            paragraph += 1
            page = max(page, 1)
            found.append(Part(f"p{page}-{paragraph}", PARAGRAPH, page, text))
    return tuple(found)


def source(found: Iterable[Part]) -> str:
    """Write a document as its organiser types it."""
    lines = []
    for each in found:
        if each.kind == PAGE:
            lines.append(f"# {each.text}")
        elif each.kind == POINT:
            lines.append(f"@ {each.lat}, {each.lon} {each.text}")
        else:
            lines.append(each.text)
    return "\n\n".join(lines)


def faults(found: Sequence[Part]) -> list[str]:
    """Return why a document is not ready, in the organiser's words."""
    said = []
    if not any(each.kind == PARAGRAPH for each in found):
        said.append("Нужен хотя бы один абзац документа")
    if len(found) > MOST_PARTS:
        said.append(f"Слишком много частей: не больше {MOST_PARTS}")
    said += [
        f"Абзац {each.key} длиннее {LONGEST_PART} знаков" for each in found
        if len(each.text) > LONGEST_PART
    ]  # fmt: skip
    said += [
        f"Такой точки нет на карте: {each.text}" for each in found
        if each.kind == POINT and not _on_earth(each)
    ]  # fmt: skip
    return said


def _on_earth(part: Part) -> bool:
    return abs(part.lat or 0) <= NORTH and abs(part.lon or 0) <= EAST


# --- Words ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limits:
    """How much one may write, and for how many days one may appeal: data of the region."""

    comments_a_day: int = 10
    longest: int = 3000
    appeal_days: int = 14


def limits(told: Mapping[str, Any]) -> Limits:
    """Return the region's limits; what it does not say stays as it is."""
    known = {name: int(told[name]) for name in Limits.__annotations__ if name in told}
    return Limits(**known)


def check_text(text: str, longest: int) -> None:
    """Refuse words that are not there or are too many."""
    if not text.strip():
        raise Refused("text", "Напишите, что думаете", "Write what you think")
    if len(text) > longest:
        raise Refused("text", f"Слишком длинно: {len(text)} знаков, можно {longest}",
                      f"Too long: {len(text)} characters, {longest} are allowed")  # fmt: skip


def check_stance(stance: str, *, reply: bool) -> None:
    """Refuse a comment that says neither for nor against nor neutral; a reply may say nothing."""
    if stance not in STANCES and not (reply and stance == ""):
        raise Refused("stance", "Выберите: за, против или нейтрально",
                      "Choose: for, against or neutral")  # fmt: skip


def check_count(written: int, most: int) -> None:
    """Refuse more comments a day than the region allows."""
    if written >= most:
        raise Refused("too_many", f"Сегодня вы написали уже {written}: продолжить можно завтра",
                      f"You have written {written} today: go on tomorrow")  # fmt: skip


def signature(first: str, last: str) -> str:
    """Return how one who signs is shown: «Анна С.»; nothing for one without a name."""
    initial = f" {last.strip()[0]}." if last.strip() else ""
    return f"{first.strip()}{initial}" if first.strip() else ""


# --- Moderation -----------------------------------------------------------------------------------


def state_after(state: str, act: str) -> str:
    """Return where an act leads."""
    after = MOVES.get((state, act))
    if after is None:
        raise Refused("moved", "С комментарием уже поступили иначе: откройте страницу заново",
                      "The comment has been dealt with otherwise: open the page anew")  # fmt: skip
    return after


def check_reason(act: str, reason: str, known: Iterable[str]) -> None:
    """Refuse to hide without a reason of the list."""
    if act == HIDE and reason not in known:
        raise Refused("reason", "Выберите причину: её увидят все", "Choose the reason: all see it")


def check_appeal(state: str, hidden_at: datetime | None, now: datetime, days: int) -> None:
    """Refuse an appeal against what was not hidden, or was so long ago."""
    if state != HIDDEN or hidden_at is None:
        raise Refused("not_hidden", "Комментарий не скрыт", "The comment is not hidden")
    if (now - hidden_at).days >= days:
        raise Refused("late", f"Обжаловать можно было {days} дней",
                      f"One may appeal within {days} days")  # fmt: skip


def check_another(hidden_by: int, by: int) -> None:
    """Refuse to judge one's own act."""
    if hidden_by == by:
        raise Refused("own", "Жалобу решает другой модератор, не тот, кто скрыл",
                      "Another moderator decides, not who has hidden it")  # fmt: skip


# --- Public hearings ------------------------------------------------------------------------------

FORMS = ("hearing", "town")


@dataclass(frozen=True)
class Terms:
    """What the law asks of a hearing: days of notice and the age from which one takes part."""

    notice_days: int = 20
    min_age: int = 18


@dataclass(frozen=True)
class HearingTold:
    """What an organiser says of a hearing."""

    form: str
    basis: str
    exposition: str
    chair: str


def terms(told: Mapping[str, Any]) -> Terms:
    """Return the region's terms of hearings; what it does not say stays as it is."""
    known = {name: int(told[name]) for name in Terms.__annotations__ if name in told}
    return Terms(**known)


def hearing_list(
    told: HearingTold, asked: Terms, *, circle: Circle, opens_at: datetime, now: datetime,
) -> list[tuple[str, bool]]:  # fmt: skip
    """Return what the law asks before a hearing is announced, each with whether it holds."""
    return [
        (f"Объявляем не позже чем за {asked.notice_days} дней до начала",
         (opens_at - now).days >= asked.notice_days),
        (f"Участвуют с {asked.min_age} лет", circle.min_age >= asked.min_age),
        ("Названы муниципалитеты, жители которых участвуют", bool(circle.territories)),
        ("Место и возраст — из подтверждённой учётной записи, не со слов", circle.proven),
        ("Сказано, каким документом назначено", bool(told.basis.strip())),
        ("Сказано, где и когда экспозиция", bool(told.exposition.strip())),
        ("Сказано, кто ведёт", bool(told.chair.strip())),
    ]  # fmt: skip


def check_hearing(held: Iterable[tuple[str, bool]]) -> None:
    """Refuse a hearing that the law does not allow so, and say all that is lacking."""
    lacking = [said for said, holds in held if not holds]
    if lacking:
        raise Refused("hearing", f"Для слушаний не хватает: {'; '.join(lacking)}",
                      f"A hearing lacks: {'; '.join(lacking)}")  # fmt: skip


def checked_day(signed_on: date | None, ended: date, today: date) -> date:
    """Return when a conclusion was signed; refuse a day before the end or in the future."""
    if signed_on is None or not ended <= signed_on <= today:
        raise Refused("signed_on", "Заключение подписывают после конца и не будущим числом",
                      "A conclusion is signed after the end and not in the future")  # fmt: skip
    return signed_on


# --- In the hall ----------------------------------------------------------------------------------

IN_PERSON, BY_LETTER = "person", "letter"
CAME = (IN_PERSON, BY_LETTER)
SOURCES = ("speech", "paper", "book", "post")


@dataclass(frozen=True)
class Guest:
    """Whom an official writes into the register of a hearing, by their passport."""

    name: str
    residence: str
    territory: str
    born_on: date | None
    came: str = IN_PERSON


def check_guest(told: Guest, today: date) -> date:
    """Return the day of birth; refuse one of whom the register lacks something."""
    for said, words in (
        (told.name, "фамилия, имя, отчество"), (told.residence, "адрес регистрации"),
        (told.territory, "муниципалитет"),
    ):  # fmt: skip
        if not said.strip():
            raise Refused("empty", f"Заполните: {words}", f"Fill in: {words}")
    if told.came not in CAME:
        raise Refused("came", "Скажите, как человек участвует", "Say how the person takes part")
    if told.born_on is None or told.born_on > today:
        raise Refused("born", "Проверьте дату рождения", "Check the date of birth")
    return told.born_on


def check_source(source: str) -> None:
    """Refuse a remark of no known origin."""
    if source not in SOURCES:
        raise Refused("source", "Скажите, откуда замечание", "Say where the remark comes from")
