"""What was meant by Russian words typed in Latin letters: transliterated, or the wrong layout."""

from __future__ import annotations

import re

_LATIN_LOOKALIKES = str.maketrans("aceopxyABCEHKMOPTXY", "асеорхуАВСЕНКМОРТХУ")
_LAYOUT = str.maketrans(
    "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>",
    "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ",
)
_SOUNDS = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "tz": "ц", "ch": "ч", "sh": "ш",
    "yo": "ё", "jo": "ё", "yu": "ю", "ju": "ю", "iu": "ю", "ya": "я", "ja": "я", "ia": "я",
    "a": "а", "b": "б", "v": "в", "w": "в", "g": "г", "d": "д", "e": "е", "z": "з", "i": "и",
    "j": "й", "k": "к", "q": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р",
    "s": "с", "t": "т", "u": "у", "f": "ф", "h": "х", "c": "ц", "x": "кс", "'": "ь",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(map(re.escape, _SOUNDS), key=len, reverse=True)) + "|y")
_STRESS = "\u0301"
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def readings(text: str) -> list[str]:
    """Return the text, and what it may have been meant to be if it has Latin letters alone.

    Latin letters inside Cyrillic words («дoрога» with a Latin o) are made Cyrillic at once, and
    marks of stress are dropped.
    """
    text = text.replace(_STRESS, "")
    if not _LATIN.search(text):
        return [text]
    if _CYRILLIC.search(text):
        return [_WORD.sub(_one_script, text)]
    return [text, _sounded(text.lower()), text.translate(_LAYOUT)]


def _one_script(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(_LATIN_LOOKALIKES) if _CYRILLIC.search(word) else word


def _sounded(text: str) -> str:
    def sound(match: re.Match[str]) -> str:
        letters = match.group()
        if letters != "y":
            return _SOUNDS[letters]
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        if not before.isalpha():
            return "ы" if after.isalpha() else "у"
        return "й" if before in "aeiouy" else "ы"

    return _SOUND.sub(sound, text)
