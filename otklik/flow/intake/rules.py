"""What is acceptable, and how a message is numbered. No database, no clock."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from stdnum import damm

from otklik.ground.kit.phones import phone_of as phone_of  # noqa: PLC0414  (known from here)
from otklik.ground.kit.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SPAN = 10_000_000
_FACTOR, _OFFSET = 6_180_339, 2_718_281  # the factor is prime to SPAN: one number per serial
EMAIL = r"""[^@\s"'<>\(\)]{1,64}@[^@\s"'<>\(\)]+\.[^@\s"'<>\(\).\d][^@\s"'<>\(\)]*"""
"""Written so that browsers read it too: a mistake is told as it is made."""
BROKEN = "\ufffd"
CHATS = frozenset({"telegram", "vk", "max", "social"})
"""Channels whose messages are answered where they came from, so that no contact is asked."""


@dataclass(frozen=True)
class Limits:
    """What may be sent; an administrator's data, told to people before they send."""

    text: int = 10_000
    files: int = 10
    file_mb: int = 20
    video_mb: int = 50
    total_mb: int = 100
    megapixels: int = 60
    unpacked_mb: int = 200
    photo_side: int = 2560
    """Pixels of the longer side to which a browser shrinks a photo before it travels."""


@dataclass(frozen=True)
class NewReport:
    """A message as a door brings it, before any judgement."""

    text: str
    channel: str
    idempotency_key: str
    language: str = "ru"
    topic: str = ""
    place: str = "unknown"
    lat: float | None = None
    lon: float | None = None
    address: str = ""
    contact: str = "none"
    email: str = ""
    phone: str = ""
    wants_public: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, said to the person in their language beside its field."""

    field: str
    code: str
    ru: str
    en: str


class Refused(ValueError):  # noqa: N818  (a refusal is not an error of ours)
    """The message was not accepted; `problems` tell why, all at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.code for problem in problems))
        self.problems = list(problems)


def number_of(serial: int) -> str:
    """Return the eight-digit number of the n-th report: scattered, with a Damm check digit.

    A misheard or swapped digit never makes another's number. ValueError past ten million.
    """
    if not 0 < serial < SPAN:
        raise ValueError(serial)
    digits = f"{(serial * _FACTOR + _OFFSET) % SPAN:07}"
    return digits + str(damm.calc_check_digit(digits))


def spoken_number(text: str) -> str | None:
    """Read a number as typed or spoken («4821-3097», «№ 48 21 30 97»); None if it is none."""
    digits = "".join(filter(str.isdigit, text))
    return digits if len(digits) == 8 and damm.is_valid(digits) else None  # noqa: PLR2004


def misheard(text: str) -> bool:
    """Tell whether eight digits were said that are no number: one was taken for another."""
    digits = "".join(filter(str.isdigit, text))
    said_alone = not text.strip("0123456789 -№")
    return said_alone and len(digits) == 8 and not damm.is_valid(digits)  # noqa: PLR2004


def tidy(new: NewReport) -> NewReport:
    """Return the message with stray characters gone and contacts in their standard form."""
    return NewReport(
        text=clean(new.text),
        channel=new.channel,
        idempotency_key=new.idempotency_key.strip(),
        language=new.language if new.language in {"ru", "en"} else "ru",
        topic=new.topic.strip(),
        place=new.place,
        lat=new.lat,
        lon=new.lon,
        address=" ".join(clean(new.address).split()),
        contact=new.contact,
        email=new.email.strip().lower(),
        phone=phone_of(new.phone) or new.phone.strip(),
        wants_public=new.wants_public,
        extra=new.extra,
    )


def check(new: NewReport, limits: Limits) -> list[Problem]:
    """Return everything that is wrong with a tidied message; empty if it may be accepted."""
    return [*_text(new, limits), *_place(new), *_contact(new), *_key(new)]


def _text(new: NewReport, limits: Limits) -> Iterator[Problem]:
    if BROKEN in new.text:
        yield Problem(
            "text", "encoding",
            "Часть букв не прочиталась. Проверьте текст: вместо них стоит знак \ufffd",
            "Some letters could not be read. Check the text where it shows \ufffd",
        )  # fmt: skip
    elif not any(map(str.isalnum, new.text)):
        yield Problem("text", "empty", "Напишите, что случилось", "Say what happened")
    elif len(new.text) > limits.text:
        over = len(new.text) - limits.text
        yield Problem(
            "text", "too_long",
            f"Текст длиннее {limits.text} знаков на {over}. Сократите его или приложите файлом",
            f"The text is {over} characters over {limits.text}. Shorten it or attach it as a file",
        )  # fmt: skip


def _place(new: NewReport) -> Iterator[Problem]:
    if new.place not in {"pin", "address", "unknown"}:
        yield Problem("place", "kind", "Укажите, где это", "Say where it is")
    elif new.place == "pin" and not _on_earth(new.lat, new.lon):
        yield Problem(
            "place", "coordinates",
            "Точка на карте не определилась. Поставьте её ещё раз или напишите адрес",
            "The pin is not valid. Set it again or type an address",
        )  # fmt: skip
    elif new.place == "address" and not new.address:
        yield Problem(
            "address", "empty",
            "Напишите адрес или выберите «не знаю»",
            "Type an address or choose “I don't know”",
        )  # fmt: skip
    elif len(new.address) > 300:  # noqa: PLR2004  (the column's width)
        yield Problem("address", "too_long", "Адрес слишком длинный", "The address is too long")


def _on_earth(lat: float | None, lon: float | None) -> bool:
    return (
        lat is not None
        and lon is not None
        and math.isfinite(lat)
        and math.isfinite(lon)
        and -90 <= lat <= 90  # noqa: PLR2004
        and -180 <= lon <= 180  # noqa: PLR2004
    )


def _own_way(new: NewReport) -> set[str]:
    return {"chat"} if new.channel in CHATS else set()


def _contact(new: NewReport) -> Iterator[Problem]:
    if (new.contact, new.email.strip()) == ("email", ""):
        yield Problem(
            "email", "email",
            "Напишите почту или выберите «Не нужно»",
            "Write your e-mail or choose “No need”",
        )  # fmt: skip
    elif (new.contact, new.phone.strip()) == ("phone", ""):
        yield Problem(
            "phone", "phone",
            "Напишите телефон или выберите «Не нужно»",
            "Write your phone number or choose “No need”",
        )  # fmt: skip
    elif new.contact == "email" and not (re.fullmatch(EMAIL, new.email) and len(new.email) <= 254):  # noqa: PLR2004
        yield Problem(
            "email", "email",
            "Проверьте адрес почты: например, anna@example.ru",
            "Check the e-mail address: for example anna@example.ru",
        )  # fmt: skip
    elif new.contact == "phone" and phone_of(new.phone) is None:
        yield Problem(
            "phone", "phone",
            "Проверьте телефон: например, +7 921 000-00-00",
            "Check the phone number: for example +7 921 000-00-00",
        )  # fmt: skip
    elif new.contact not in {"email", "phone", "none"} | _own_way(new):
        yield Problem("contact", "kind", "Выберите, куда ответить", "Choose where to answer")


def _key(new: NewReport) -> Iterator[Problem]:
    if not 0 < len(new.idempotency_key) <= 80:  # noqa: PLR2004  (the column's width)
        yield Problem(
            "idempotency_key", "key",
            "Форма устарела. Отправьте ещё раз: написанное сохранено",
            "The form has expired. Send again: what you wrote is kept",
        )  # fmt: skip


def outside(title_genitive: str) -> Problem:
    """Say that the pin lies outside the region."""
    return Problem(
        "place", "outside",
        f"Точка за границей {title_genitive}. Передвиньте её или напишите адрес",
        "The pin is outside the region. Move it or type an address",
    )  # fmt: skip


def key_used() -> Problem:
    """Say that a key has brought other words before."""
    return Problem(
        "idempotency_key", "used",
        "Этот ключ уже принёс другое сообщение: для нового нужен новый ключ",
        "This key has brought another message: a new one needs a key of its own",
    )  # fmt: skip


def needs_contact() -> Problem:
    """Say that this topic cannot be answered to nobody."""
    return Problem(
        "contact", "needed",
        "По этой теме нужен ответ лично вам: укажите почту или телефон",
        "This topic needs an answer to you: give an e-mail address or a phone number",
    )  # fmt: skip


def too_many_files(count: int, limits: Limits) -> Problem:
    """Say that there are more files than a message takes."""
    return Problem(
        "photos", "too_many",
        f"Файлов {count}, а можно до {limits.files}. Уберите лишние",
        f"There are {count} files, up to {limits.files} are allowed. Remove some",
    )  # fmt: skip


def too_much(total: int, limits: Limits) -> Problem:
    """Say that the files together are too large."""
    return Problem(
        "photos", "too_large",
        f"Файлы вместе занимают {megabytes(total)} МБ, а можно до {limits.total_mb}",
        f"The files take {megabytes(total)} MB together, up to {limits.total_mb} are allowed",
    )  # fmt: skip


def megabytes(size: int) -> int:
    """Return bytes as whole megabytes, rounded up."""
    return math.ceil(size / 2**20)


def joined(problems: Iterable[Problem], language: str) -> str:
    """Return the problems as one text, for doors that have no fields."""
    return ". ".join(problem.ru if language == "ru" else problem.en for problem in problems)


BOXES = 60
"""So many parts of a photo are covered at most."""
WHOLE = 100


class Box(NamedTuple):
    """A part of a picture, in percent of its width and height."""

    x: float
    y: float
    width: float
    height: float

    def pixels(self, wide: int, tall: int) -> tuple[int, int, int, int]:
        """Return its edges in a picture of this size, no pixel less than covered."""
        left, top = math.floor(self.x * wide / 100), math.floor(self.y * tall / 100)
        right = math.ceil((self.x + self.width) * wide / 100)
        bottom = math.ceil((self.y + self.height) * tall / 100)
        left, top = min(left, wide - 1), min(top, tall - 1)
        return left, top, min(max(right, left + 1), wide), min(max(bottom, top + 1), tall)


def read_boxes(rows: Iterable[Sequence[str]]) -> tuple[Box, ...]:
    """Read rows of four numbers as a form brings them; an empty row is none. Raises Refused."""
    read = {place: _box(row) for place, row in enumerate(rows, 1) if any(map(str.strip, row))}
    problems = [_bad_box(place) for place, box in read.items() if box is None]
    if len(read) > BOXES:
        problems.append(_too_many_boxes())
    if problems:
        raise Refused(problems)
    return tuple(box for box in read.values() if box)


def _box(row: Sequence[str]) -> Box | None:
    """Read a box, cut at the picture's edges; None for what is none."""
    try:
        x, y, width, height = (round(float(text.replace(",", ".")), 1) for text in row)
    except ValueError:
        return None
    if not (0 <= min(x, y) <= max(x, y) < WHOLE and min(width, height) > 0):
        return None
    if max(width, height) > WHOLE:
        return None
    return Box(x, y, min(width, round(WHOLE - x, 1)), min(height, round(WHOLE - y, 1)))


def _too_many_boxes() -> Problem:
    return Problem(
        "boxes", "too_many", f"Закрыть можно до {BOXES} частей снимка",
        f"Up to {BOXES} parts may be covered",
    )  # fmt: skip


def _bad_box(place: int) -> Problem:
    return Problem(
        "boxes", "bad",
        f"Часть {place}: нужны четыре числа от 0 до 100, ширина и высота больше нуля",
        f"Part {place}: four numbers from 0 to 100 are needed, width and height above zero",
    )  # fmt: skip


def check_covering(before: Sequence[Box], after: Sequence[Box], *, may_open: bool) -> None:
    """Refuse to show again what was covered, to one who may not see it."""
    if may_open or all(any(_within(each, other) for other in after) for each in before):
        return
    raise Refused([
        Problem(
            "boxes", "hidden",
            "Чтобы открыть закрытое раньше, сначала покажите личные данные на странице обращения:"
            " нажмите «Показать» и назовите причину",
            "To show what was covered before, open the personal data of the case first",
        )
    ])  # fmt: skip


def _within(part: Box, other: Box) -> bool:
    slack = 0.05
    return (
        other.x <= part.x + slack
        and other.y <= part.y + slack
        and other.x + other.width >= part.x + part.width - slack
        and other.y + other.height >= part.y + part.height - slack
    )


def share_of(boxes: Iterable[Box]) -> int:
    """Return how much of a picture is covered, in percent; overlaps count twice, up to 100."""
    return min(100, round(sum(each.width * each.height for each in boxes) / 100))


def not_a_picture() -> Problem:
    """Say that only pictures have parts to cover."""
    return Problem("boxes", "kind", "Закрыть можно только часть снимка, а это другой файл",
                   "Only parts of a picture can be covered")  # fmt: skip
