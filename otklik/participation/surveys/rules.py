"""What a question takes, when it is shown, how answers are counted: arithmetic over keys.

A condition is a small tree over keys of questions of earlier pages; no regular expressions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import Refused
from otklik.participation.projects.rules import Circle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

KINDS = ("statement", "single", "multiple", "scale", "ranking", "matrix", "number", "date",
         "short", "long", "point", "file")  # fmt: skip
CHOOSING = ("single", "multiple", "ranking", "matrix")
WORDS = {"short": 300, "long": 4000}
OWN = frozenset({*WORDS, "point", "file"})
"""Kinds whose answers may tell who answered: dropped when the person is forgotten."""
SMALL = 10
"""A group of fewer answers is printed together with others."""
PLACE = 300
COARSE = 3
"""Digits of a degree in the table of answers: about 100 metres."""
COORDINATES = re.compile(r"(-?\d{1,2}\.\d+)[\s,;]+(-?\d{1,3}\.\d+)")
NORTH, EAST = 90, 180
DEEP, MOST_STEPS, TWO = 5, 11, 2
LONGEST_NUMBER = 12
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Asked:
    """A question as the rules see it; options are `o1`, `o2`…, rows of a matrix `r1`, `r2`…"""

    key: str
    kind: str
    page: int = 1
    text: str = ""
    required: bool = False
    options: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    show_if: Mapping[str, Any] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, str]:
        """The options by key."""
        return {f"o{place}": label for place, label in enumerate(self.options, 1)}

    @property
    def lines(self) -> dict[str, str]:
        """The rows of a matrix by key."""
        return {f"r{place}": label for place, label in enumerate(self.rows, 1)}


# --- Conditions -----------------------------------------------------------------------------------


def holds(tree: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Tell whether a condition holds; an empty one always does."""
    if not tree:
        return True
    ((name, what),) = tree.items()
    if name in {"all", "any"}:
        return (all if name == "all" else any)(holds(each, answers) for each in what)
    if name == "not":
        return not holds(what, answers)
    if name == "answered":
        return what in answers
    key, value = what
    return key in answers and COMPARE[name](answers[key], value)


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _eq(answer: Any, value: Any) -> bool:
    return value in answer if isinstance(answer, list) else bool(answer == value)


def _gt(answer: Any, value: Any) -> bool:
    found = _number(answer)
    return found is not None and found > value


def _lt(answer: Any, value: Any) -> bool:
    found = _number(answer)
    return found is not None and found < value


def _in(answer: Any, value: Any) -> bool:
    return any(_eq(answer, each) for each in value)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {"eq": _eq, "in": _in, "gt": _gt, "lt": _lt}


def keys_of(tree: Any, depth: int = 0) -> set[str]:
    """Return the keys that a condition names; ValueError for what is no condition."""
    if depth > DEEP or not isinstance(tree, dict) or len(tree) > 1:
        raise ValueError("no condition")
    for name, what in tree.items():
        if name in {"all", "any"} and isinstance(what, list) and what:
            return set().union(*(keys_of(each, depth + 1) for each in what))
        if name == "not":
            return keys_of(what, depth + 1)
        if name == "answered" and isinstance(what, str):
            return {what}
        if name in COMPARE and _pair(name, what):
            return {what[0]}
        raise ValueError("no condition")
    return set()


def _pair(name: str, what: Any) -> bool:
    if not (isinstance(what, list) and len(what) == TWO and isinstance(what[0], str)):
        return False
    if name == "in":
        return isinstance(what[1], list)
    return name == "eq" or _number(what[1]) is not None


# --- Answers --------------------------------------------------------------------------------------


def checked(one: Asked, raw: Any) -> Any:
    """Return an answer in the one form in which it is kept, None for none; Refused if it is bad."""
    value = READ[one.kind](one, raw)
    if value is None and one.required:
        raise Refused("required", "Ответьте на этот вопрос", "Please answer this question")
    return value


def _unknown() -> Refused:
    return Refused("unknown", "Такого варианта нет", "There is no such option")


def _single(one: Asked, raw: Any) -> str | None:
    if not raw:
        return None
    if raw not in one.labels:
        raise _unknown()
    return str(raw)


def _multiple(one: Asked, raw: Any) -> list[str] | None:
    chosen = sorted(set(raw or []), key=lambda key: (len(key), key))
    if not set(chosen) <= set(one.labels):
        raise _unknown()
    if not chosen:
        return None
    most = one.high or len(one.options)
    if len(chosen) > most:
        raise Refused("too_many", f"Отметьте не больше {most}", f"Mark at most {most}")
    if len(chosen) < one.low:
        raise Refused("too_few", f"Отметьте не меньше {one.low}", f"Mark at least {one.low}")
    return chosen


def _ranking(one: Asked, raw: Any) -> list[str] | None:
    given = {key: place for key, place in (raw or {}).items() if place}
    if not given:
        return None
    if not set(given) <= set(one.labels):
        raise _unknown()
    places = sorted(given.values())
    if places != [str(each) for each in range(1, len(one.options) + 1)]:
        raise Refused("places", "Дайте каждому варианту своё место",
                      "Give each option a place of its own")  # fmt: skip
    return sorted(given, key=lambda key: int(given[key]))


def _matrix(one: Asked, raw: Any) -> dict[str, str] | None:
    given = {key: value for key, value in (raw or {}).items() if value}
    if not set(given) <= set(one.lines) or not set(given.values()) <= set(one.labels):
        raise _unknown()
    if given and one.required and len(given) < len(one.rows):
        raise Refused("rows", "Ответьте в каждой строке", "Answer in every row")
    return given or None


def _whole(one: Asked, raw: Any) -> int | None:
    text = str(raw or "").strip().replace("\u2212", "-")
    if not text:
        return None
    if len(text) > LONGEST_NUMBER or not text.removeprefix("-").isdecimal():
        raise Refused("number", "Нужно целое число", "A whole number is needed")
    value = int(text)
    if one.high > one.low and not one.low <= value <= one.high:
        raise Refused("range", f"Число от {one.low} до {one.high}",
                      f"A number from {one.low} to {one.high}")  # fmt: skip
    return value


def _date(_one: Asked, raw: Any) -> str | None:
    if not raw:
        return None
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise Refused("date", "Проверьте дату", "Check the date") from None


def _words(one: Asked, raw: Any) -> str | None:
    text = str(raw or "").strip()
    if len(text) > WORDS[one.kind]:
        raise Refused("long", f"Не больше {WORDS[one.kind]} знаков",
                      f"At most {WORDS[one.kind]} characters")  # fmt: skip
    return text or None


def _point(_one: Asked, raw: Any) -> dict[str, Any] | None:
    """Read a place: two coordinates with points, or words."""
    text = " ".join(str(raw or "").split())
    if not text:
        return None
    if len(text) > PLACE:
        raise Refused("long", f"Не больше {PLACE} знаков", f"At most {PLACE} characters")
    found = COORDINATES.fullmatch(text)
    if found is None:
        return {"text": text}
    lat, lon = float(found[1]), float(found[2])
    if abs(lat) > NORTH or abs(lon) > EAST:
        raise Refused("point", "Таких координат нет", "There are no such coordinates")
    return {"text": "", "lat": round(lat, 5), "lon": round(lon, 5)}


def _file(_one: Asked, raw: Any) -> dict[str, Any] | None:
    return raw if isinstance(raw, dict) and raw.get("file") else None


READ: dict[str, Callable[[Asked, Any], Any]] = {
    "statement": lambda _one, _raw: None, "single": _single, "multiple": _multiple,
    "scale": _whole, "ranking": _ranking, "matrix": _matrix, "number": _whole, "date": _date,
    "short": _words, "long": _words, "point": _point, "file": _file,
}  # fmt: skip


def shown(questions: Iterable[Asked], answers: Mapping[str, Any]) -> list[Asked]:
    """Return the questions that are asked of one who answered so.

    An answer to a question that is hidden itself counts for nothing.
    """
    found: list[Asked] = []
    held: dict[str, Any] = {}
    for one in sorted(questions, key=lambda each: each.page):
        if holds(one.show_if, held):
            found.append(one)
            if one.key in answers:
                held[one.key] = answers[one.key]
    return found


def kept(questions: Sequence[Asked], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers without those to questions that are hidden."""
    asked = {one.key for one in shown(questions, answers)}
    return {key: value for key, value in answers.items() if key in asked}


def missing(questions: Sequence[Asked], answers: Mapping[str, Any]) -> list[Asked]:
    """Return the questions that still must be answered."""
    return [
        one for one in shown(questions, answers)
        if one.required and one.kind != "statement" and one.key not in answers
    ]  # fmt: skip


def read(
    questions: Sequence[Asked], raws: Mapping[str, Any],
    check: Callable[[Asked, Any], Any] = checked,
) -> tuple[dict[str, Any], dict[str, Refused]]:  # fmt: skip
    """Return a whole answer as it is kept, and what is wrong in it, by question.

    Questions that such an answer hides are left out, with their mistakes.
    """
    answers: dict[str, Any] = {}
    refused: dict[str, Refused] = {}
    for one in questions:
        try:
            value = check(one, raws.get(one.key))
        except Refused as refusal:
            refused[one.key] = refusal
            continue
        if value is not None:
            answers[one.key] = value
    asked = {one.key for one in shown(questions, answers)}
    return (
        {key: value for key, value in answers.items() if key in asked},
        {key: refusal for key, refusal in refused.items() if key in asked},
    )


def next_page(questions: Sequence[Asked], answers: Mapping[str, Any], page: int) -> int:
    """Return the next page with something to ask; 0 when there is none."""
    return min((one.page for one in shown(questions, answers) if one.page > page), default=0)


# --- Building -------------------------------------------------------------------------------------


def faults(questions: Sequence[Asked]) -> list[str]:
    """Return in Russian what hinders a survey from being announced."""
    if not any(one.kind != "statement" for one in questions):
        return ["Нужен хотя бы один вопрос"]
    pages = {one.key: one.page for one in questions}
    return [f"«{one.text}»: {fault}" for one in questions for fault in _faults(one, pages)]


def _faults(one: Asked, pages: Mapping[str, int]) -> list[str]:
    found = []
    if one.kind in CHOOSING and len(one.options) < TWO:
        found.append("нужно хотя бы два варианта")
    if one.kind == "matrix" and not one.rows:
        found.append("у таблицы нет строк")
    if one.kind == "scale" and not 1 <= one.high - one.low < MOST_STEPS:
        found.append(f"на шкале от двух до {MOST_STEPS} делений")
    try:
        named = keys_of(dict(one.show_if))
    except ValueError:
        return [*found, "условие не читается"]
    if any(pages.get(key, one.page) >= one.page for key in named):
        found.append("условие смотрит не на прежнюю страницу")
    return found


# --- Quotas and guests ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Of whom no more than so many are counted; what is empty is anybody."""

    territory: str = ""
    band: str = ""
    sex: str = ""


def belongs(group: Group, one: Group) -> bool:
    """Tell whether one who is of such a place, age and sex is of a group."""
    return all(
        not asked or asked == said
        for asked, said in (
            (group.territory, one.territory), (group.band, one.band), (group.sex, one.sex),
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """How many answers of guests from one part of the network a day are counted at once."""

    guests_a_day: int = 20


def limits(settings: Mapping[str, Any]) -> Limits:
    """Return the limits as a region sets them."""
    return Limits(int(settings.get("guests_a_day", Limits.guests_a_day)))


def faults_of_guests(circle: Circle, quotas: int) -> list[str]:
    """Return in Russian why guests cannot answer such a survey."""
    found = []
    if circle != Circle():
        found.append("Гости не называют ни возраста, ни места: круг участников должен быть пуст")
    if quotas:
        found.append("Гости не называют ни возраста, ни места: квоты по ним не посчитать")
    return found


# --- Counting -------------------------------------------------------------------------------------


def tally(one: Asked, values: Sequence[Any]) -> list[tuple[str, int]]:
    """Return how often each thing was said; words are not counted but by number."""
    if one.kind in {"single", "multiple"}:
        return [
            (label, sum(_eq(value, key) for value in values)) for key, label in one.labels.items()
        ]
    if one.kind == "ranking":  # the mean place, times ten, would mislead: first places are counted
        return [
            (label, sum(value[0] == key for value in values)) for key, label in one.labels.items()
        ]
    if one.kind == "matrix":
        return [
            (f"{line}: {label}", sum(value.get(row) == key for value in values))
            for row, line in one.lines.items() for key, label in one.labels.items()
        ]  # fmt: skip
    if one.kind == "scale":
        return [(str(step), values.count(step)) for step in range(one.low, one.high + 1)]
    return []


def columns(questions: Iterable[Asked]) -> list[str]:
    """Return the columns of an export: one a question, one an option where many are marked.

    They are the same whatever way anybody went.
    """
    found: list[str] = []
    for one in questions:
        found += [f"{one.key}.{part}" if part else one.key for part in _parts(one)]
    return found


def _parts(one: Asked) -> list[str]:
    if one.kind == "statement":
        return []
    if one.kind in {"multiple", "ranking"}:
        return list(one.labels)
    if one.kind == "point":
        return ["place", "lat", "lon", "text"]
    return list(one.lines) if one.kind == "matrix" else [""]


def line(questions: Iterable[Asked], answers: Mapping[str, Any]) -> list[str]:
    """Return one answer as cells under `columns`."""
    return [
        safe(_cell(one, answers.get(one.key), part)) for one in questions for part in _parts(one)
    ]


def _cell(one: Asked, value: Any, part: str) -> str:
    if value is None:
        return ""
    if one.kind == "multiple":
        return "1" if part in value else "0"
    if one.kind == "ranking":
        return str(value.index(part) + 1)
    if one.kind == "matrix":
        return one.labels.get(value.get(part, ""), "")
    if one.kind == "point":
        found = value.get(part, "")
        return f"{found:.{COARSE}f}" if isinstance(found, float) else str(found)
    if one.kind == "file":
        return "1"
    return one.labels[value] if one.kind == "single" else str(value)


def safe(cell: str) -> str:
    """Return a cell that no table program takes for a formula; numbers stay as they are."""
    if cell.startswith(FORMULA) and not cell.removeprefix("-").isdecimal():
        return f"'{cell}"
    return cell
