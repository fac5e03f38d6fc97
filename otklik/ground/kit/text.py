"""What is done to words: cleaning, masking of personal data, comparing."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import snowballstemmer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

HIDDEN = "[скрыто]"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\d-])(?:\+?7|8)?[\s(-]*\d{3}[\s)-]*\d{3}[\s-]?\d{2}[\s-]?\d{2}(?![\d-])")
_LANDLINE = re.compile(r"(?i)(?<=тел)(\w*[.:\s]*)\d[\d\s()-]{4,}\d")
_LONG_NUMBER = re.compile(r"(?<!\d)(?:\d[ -]?){11,19}(?!\d)")
_SURNAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_PATRONYMIC = r"[А-ЯЁ][а-яё]+(?:вич|вна|ична|вича|вны|вне|вичу|ичны|ичне|вичем|вной)"
_NAME = re.compile(
    rf"\b(?:{_SURNAME}\s+)?[А-ЯЁ][а-яё]+\s+{_PATRONYMIC}(?:\s+{_SURNAME})?\b"
    rf"|\b{_SURNAME}\s+[А-ЯЁ]\.\s?[А-ЯЁ]\.|\b[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?{_SURNAME}"
)
_GIVEN = (
    r"(?:Анн|Мари|Елен|Ольг|Натал|Ирин|Светлан|Татьян|Екатерин|Юли|Анастаси|Дарь|Валентин|Галин"
    r"|Людмил|Нин|Вер|Надежд|Любов|Тамар|Александр|Алексе|Андре|Антон|Борис|Вадим|Валери|Васили"
    r"|Виктор|Витали|Владимир|Вячеслав|Геннади|Георги|Григори|Денис|Дмитри|Евгени|Егор|Иван|Игор"
    r"|Иль|Кирилл|Константин|Леонид|Максим|Михаил|Никит|Никола|Олег|Пав[ле]+|П[её]тр|Роман|Серге"
    r"|Степан|Ф[её]дор|Юри)[а-яё]{0,3}"
)
_FAMILY = r"[А-ЯЁ][а-яё]+(?:ов|ев|ёв|ин|ын|ск|цк)(?:[ауеы]|[а-яё]{2,3})?"
_PLAIN_NAME = re.compile(rf"\b{_GIVEN}\s+{_FAMILY}\b|\b{_FAMILY}\s+{_GIVEN}\b")
_STREET_BEFORE = re.compile(
    r"(?i)(?:\b(?:улиц\w*|ул|проспект\w*|пр-т|площад\w*|пл|пер|переул\w*|бульвар\w*|набережн\w*"
    r"|имени|им|школ\w*|парк\w*|сквер\w*|памятник\w*)\.?\s+)$"
)
_INSIDE = r"(?:к|корп|корпус|кв|квартира|оф|офис|стр|строение|подъезд|под|этаж)"
_HOUSE = re.compile(
    rf"(?i)[\s,]+(?:(?:д|дом|вл|владение|{_INSIDE})\.?\s*№?\s*\d.*"
    rf"|\d+\s*(?:[а-я]\b)?(?:[/-]\d+)?(?:\s*,.*|\s+{_INSIDE}\b.*)?)$"
)
_DIGITS = re.compile(r"(?:\d[\s()-]*){5,}|@")
_FLAT = re.compile(r"(?i)\b(кв(?:артира|\.)?)\s*№?\s*\d+\w?")
_WORD = re.compile(r"[a-zа-яё0-9]+", re.IGNORECASE)


class _Stemmer(threading.local):
    """A stemmer of the thread's own: it keeps the word it works on in itself."""

    def __init__(self) -> None:
        self.russian = snowballstemmer.stemmer("russian")


_stemmer = _Stemmer()


def clean(text: str) -> str:
    """Strip what XML and people cannot read, and make line ends one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip()


def mask(text: str) -> str:
    """Hide phones, e-mails, long numbers, names of people and flats from a text meant for all.

    By patterns, so a moderator still reads what is to be shown. Streets named after people stay.
    """
    for pattern in (_EMAIL, _LONG_NUMBER, _PHONE):
        text = pattern.sub(HIDDEN, text)
    for pattern in (_NAME, _PLAIN_NAME):
        text = pattern.sub(_unless_a_street, text)
    text = _LANDLINE.sub(rf"\1{HIDDEN}", text)
    return _FLAT.sub(rf"\1 {HIDDEN}", text)


def _unless_a_street(found: re.Match[str]) -> str:
    return found[0] if _STREET_BEFORE.search(found.string[: found.start()]) else HIDDEN


def personal_in(text: str) -> list[str]:
    """Return which kinds of personal data `mask` would hide in a text, in people's words."""
    kinds = (
        ("телефон", (_PHONE, _LANDLINE)), ("почта", (_EMAIL,)), ("длинный номер", (_LONG_NUMBER,)),
        ("имя или фамилия", (_NAME, _PLAIN_NAME)), ("квартира", (_FLAT,)),
    )  # fmt: skip
    said = [
        kind
        for kind, patterns in kinds
        if any(
            not (kind.startswith("имя") and _STREET_BEFORE.search(text[: found.start()]))
            for pattern in patterns
            for found in pattern.finditer(text)
        )
    ]
    if "телефон" in said and not _LONG_NUMBER.search(_PHONE.sub("", text)):
        said = [kind for kind in said if kind != "длинный номер"]
    return said


def mask_phone(phone: str) -> str:
    """Show of a phone only its country and its end: +7 ••• ••-12."""
    digits = "".join(filter(str.isdigit, phone))
    return f"+7 ••• ••-{digits[-2:]}" if len(digits) >= 5 else "•••" if phone else ""  # noqa: PLR2004


def mask_email(email: str) -> str:
    """Show of an e-mail address only its first letter: a•••@•••."""
    return f"{email[0]}•••@•••" if email else ""


def mask_name(*parts: str) -> str:
    """Show of a name only its initials: А. П."""
    return " ".join(f"{part.strip()[0]}." for part in parts if part.strip())


def mask_address(address: str) -> str:
    """Show of an address only what stands before the house: «Вологда, улица Мира»."""
    kept = re.split(r"[;\n]", address, maxsplit=1)[0].strip()
    return mask(_HOUSE.sub("", kept)).strip(" ,.")


def without(text: str, names: Collection[str]) -> str:
    """Mask a text, and hide besides the words that have these stems: a known person's names."""
    return re.sub(
        r"\w+", lambda found: HIDDEN if stem(normalise(found[0])) in names else found[0], mask(text)
    )


def looks_personal(text: str) -> bool:
    """Tell whether words to search for are a phone, an e-mail or a part of them."""
    return bool(_DIGITS.search(text))


def normalise(text: str) -> str:
    """Lower the case, unite ё with е, squeeze blanks: the form in which texts are compared."""
    return " ".join(text.lower().replace("ё", "е").split())


def words(text: str) -> list[str]:
    """Split a text into normalised words."""
    return _WORD.findall(normalise(text))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return a word's Russian stem."""
    result: str = _stemmer.russian.stemWord(word)
    return result


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, in order."""
    return [stem(word) for word in words(text)]


def phrase_in(text: str, phrases: Iterable[str]) -> str:
    """Return the first phrase of which every word is in a text, in any form; empty if none is."""
    said = set(stems(text))
    return next((phrase for phrase in phrases if said.issuperset(stems(phrase))), "")


def shortened(text: str, limit: int) -> str:
    """Cut a text at a word's end and say so with an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"
