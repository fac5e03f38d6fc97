"""What is done to words: cleaning, masking of personal data, comparing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

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
_FLAT = re.compile(r"(?i)\b(кв(?:артира|\.)?)\s*№?\s*\d+\w?")
_WORD = re.compile(r"[a-zа-яё0-9]+", re.IGNORECASE)
_stemmer = snowballstemmer.stemmer("russian")


def clean(text: str) -> str:
    """Strip what XML and people cannot read, and make line ends one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip()


def mask(text: str) -> str:
    """Hide phones, e-mails, long numbers, full names and flats from a text meant for all.

    By patterns, so a moderator still reads what is to be shown.
    """
    for pattern in (_EMAIL, _LONG_NUMBER, _PHONE, _NAME):
        text = pattern.sub(HIDDEN, text)
    text = _LANDLINE.sub(rf"\1{HIDDEN}", text)
    return _FLAT.sub(rf"\1 {HIDDEN}", text)


def normalise(text: str) -> str:
    """Lower the case, unite ё with е, squeeze blanks: the form in which texts are compared."""
    return " ".join(text.lower().replace("ё", "е").split())


def words(text: str) -> list[str]:
    """Split a text into normalised words."""
    return _WORD.findall(normalise(text))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return a word's Russian stem."""
    result: str = _stemmer.stemWord(word)
    return result


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, in order."""
    return [stem(word) for word in words(text)]


def shortened(text: str, limit: int) -> str:
    """Cut a text at a word's end and say so with an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"
