"""What may be published of messages, and how finely. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEWEST = 3
"""Fewer messages than this are not counted in public, nor shown at a place of their own."""
DIGITS = (3, 2)
"""Of a degree: about 100 m and 1 km; the first at which a place holds enough messages is shown."""
LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}


@dataclass(frozen=True)
class Column:
    """A column of a set: its name, its kind as Frictionless names it, what it means."""

    name: str
    kind: str
    ru: str
    en: str


MESSAGES = (
    Column("number", "string", "номер сообщения", "the message's number"),
    Column("received_on", "date", "день, когда получено", "the day it came"),
    Column("category", "string", "код категории", "the category's code"),
    Column("topic", "string", "код темы", "the topic's code"),
    Column("topic_title", "string", "тема", "the topic in Russian"),
    Column("territory", "string", "код муниципалитета", "the municipality's code"),
    Column("organisation", "string", "код организации, у которой сообщение",
           "the code of the body that has it"),
    Column("status", "string", "состояние", "the status's code"),
    Column("result", "string", "результат ответа", "the code of the answer's result"),
    Column("due_on", "date", "срок ответа", "the day by which it is to be answered"),
    Column("answered_on", "date", "день ответа", "the day of the answer"),
    Column("late", "boolean", "ответ позже срока", "whether the answer came after the term"),
    Column("supports", "integer", "сколько жителей присоединилось", "how many joined"),
    Column("lat", "number", "широта, огрублённая; пусто, если рядом мало сообщений",
           "coarse latitude; empty where few messages are near"),
    Column("lon", "number", "долгота, огрублённая", "coarse longitude"),
)  # fmt: skip
COUNTS = (
    Column("month", "string", "месяц, ГГГГ-ММ", "the month, YYYY-MM"),
    Column("territory", "string", "код муниципалитета", "the municipality's code"),
    Column("category", "string", "код категории", "the category's code"),
    Column("received", "integer", "получено; пусто, если меньше трёх",
           "received; empty for fewer than three"),
    Column("answered", "integer", "из них с ответом; пусто, если меньше трёх",
           "of them answered; empty for fewer than three"),
    Column("late", "integer", "из них с ответом позже срока; пусто, если меньше трёх",
           "of them answered late; empty for fewer than three"),
)  # fmt: skip


def coarse(points: Sequence[tuple[float, float] | None]) -> list[tuple[float, float] | None]:
    """Return each place no finer than where enough messages share it; None for a lone one."""
    seen = {digits: Counter(_at(point, digits) for point in points) for digits in DIGITS}
    shown: list[tuple[float, float] | None] = []
    for point in points:
        fine = (d for d in DIGITS if point and seen[d][_at(point, d)] >= FEWEST)
        digits = next(fine, None)
        shown.append(_at(point, digits) if digits is not None else None)
    return shown


def _at(point: tuple[float, float] | None, digits: int) -> tuple[float, float] | None:
    return (round(point[0], digits), round(point[1], digits)) if point else None


def suppressed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line of counts without small ones, and none that a difference would tell.

    If few are left unanswered, or few of the answered were in time, the part goes too.
    """
    received, answered, late = row["received"], row["answered"], row["late"]
    kept = dict(row)
    if received < FEWEST:
        return kept | {"received": None, "answered": None, "late": None}
    if _tells(answered, received):
        return kept | {"answered": None, "late": None}
    return kept | ({"late": None} if _tells(late, answered) else {})


def _tells(part: int, whole: int) -> bool:
    """Tell whether a part, or what is left of the whole without it, is few but not none."""
    return 0 < part < FEWEST or 0 < whole - part < FEWEST


def package(sets: Mapping[str, Mapping[str, Any]], *, title: str, made: str) -> dict[str, Any]:
    """Return the description of the sets as a Frictionless data package."""
    return {
        "profile": "data-package", "name": "otklik", "title": title, "created": made,
        "licenses": [LICENCE],
        "resources": [
            {
                "name": name.replace(".", "-"), "path": name, "format": name.rpartition(".")[2],
                "bytes": about["bytes"], "hash": f"sha256:{about['sha256']}",
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        {"name": each.name, "type": each.kind, "title": each.ru,
                         "description": each.en}
                        for each in about["columns"]
                    ],
                    "missingValues": [""],
                },
            }
            for name, about in sets.items()
        ],
    }  # fmt: skip
