"""How easily a Russian text reads, and what would make it plainer: pure arithmetic over words.

The ease is Flesch's index with the coefficients found for Russian by I. V. Oborneva,
«Автоматизированная оценка сложности учебных текстов на основе статистических параметров» (Moscow,
2006): 206.835 − 1.52 × words in a sentence − 65.14 × syllables in a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.ground.kit.text import shortened, stem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORD = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*|[A-Za-z]+|\d+(?:[.,:/-]\d+)*")
_VOWELS = re.compile(r"[аеёиоуыэюяАЕЁИОУЫЭЮЯaeiouyAEIOUY]")
_END = re.compile(r"\n+|(?<=[.!?…;])\s+(?=[«\"„(–—-]*[А-ЯЁA-Z0-9])")
_SHORT = re.compile(
    r"(?:^|[\s(«])(?:ул|д|г|пос|дер|им|стр|кв|пр|пер|наб|обл|р|руб|тыс|см|п|пп|ст|ч|тел|[А-ЯЁ])\.$"
)
HINTS = 6


@dataclass(frozen=True)
class Reading:
    """How a text reads: ease 0–100, words in a sentence, what to mend."""

    ease: float
    words: int
    sentence: float
    long_sentences: tuple[str, ...]
    officialese: tuple[tuple[str, str], ...]
    """What was found, as written, and how people say it."""


def sentences(text: str) -> list[str]:
    """Split a text into sentences; a short form with a full stop ends none."""
    found: list[str] = []
    for piece in _END.split(text):
        if found and _SHORT.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        elif piece.strip():
            found.append(piece.strip())
    return found


def read(text: str, phrases: Mapping[str, str], long_sentence: float) -> Reading:
    """Return how a text reads; `phrases` lead from officialese to plain words."""
    found = [(sentence, _WORD.findall(sentence)) for sentence in sentences(text)]
    found = [(sentence, words) for sentence, words in found if words]
    words = [word for _, of_one in found for word in of_one]
    if not words:
        return Reading(100.0, 0, 0.0, (), ())
    per_sentence = len(words) / len(found)
    syllables = sum(max(1, len(_VOWELS.findall(word))) for word in words) / len(words)
    ease = 206.835 - 1.52 * per_sentence - 65.14 * syllables
    return Reading(
        round(min(100.0, max(0.0, ease)), 1),
        len(words),
        round(per_sentence, 1),
        tuple(shortened(one, 90) for one, of_one in found if len(of_one) > long_sentence)[:HINTS],
        tuple(_officialese(words, phrases))[:HINTS],
    )


def _officialese(words: Sequence[str], phrases: Mapping[str, str]) -> list[tuple[str, str]]:
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, plain in phrases.items():
        key = tuple(stem(word.lower().replace("ё", "е")) for word in _WORD.findall(phrase))
        if key:
            by_first.setdefault(key[0], []).append((key, plain))
    stems = [stem(word.lower().replace("ё", "е")) for word in words]
    found, place = [], 0
    while place < len(stems):
        fits = [
            (key, plain)
            for key, plain in by_first.get(stems[place], ())
            if tuple(stems[place : place + len(key)]) == key
        ]
        if fits:
            key, plain = max(fits, key=lambda fit: len(fit[0]))
            found.append((" ".join(words[place : place + len(key)]), plain))
            place += len(key)
        else:
            place += 1
    return list(dict.fromkeys(found))
