"""The four questions of an answer, and what the approver is warned of."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from otklik.flow.cases.rules import Refused
from otklik.ground.kit.geo import metres

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from otklik.flow.answers.wording import Reading

PARTS = ("done", "when", "who", "next")
QUESTIONS = {
    "done": "что сделано",
    "when": "когда",
    "who": "кем",
    "next": "что дальше",
}
LEADS = {"done": "", "when": "Когда: ", "who": "Кто сделал: ", "next": "Что дальше: "}
BLANKS = {
    "place": "место", "done_on": "день", "who": "кто", "work": "что именно", "reason": "причина",
    "body": "какая организация", "next": "что дальше",
    "date": "день", "organisation": "организация", "address": "место",
}  # fmt: skip
"""What the braces of templates may hold; the last three stand in the topics' own models."""
LIMITS = {
    "ease_low": 20.0, "long_sentence": 20.0, "officialese": 3.0, "template_share": 0.8,
    "copied": 0.8, "copied_runs": 8.0, "photo_same": 20.0, "photo_near": 44.0,
    "photo_far_m": 500.0, "sample": 20.0,
}  # fmt: skip
"""Where the region's own numbers are silent."""
FAR_KM = 10
PHOTO = frozenset({"photo_seen", "photo_author", "photo_again", "photo_far", "photo_early"})

_BLANK = re.compile(r"\{\s*(\w+)\s*\}")
_TIME = re.compile(
    r"(?i)\d|январ|феврал|март|апрел|\bмай|\bмая|\bмае|июн|июл|август|сентябр|октябр|ноябр|декабр"
    r"|понедельник|вторник|сред[уы]|четверг|пятниц|суббот|воскресень|сегодня|вчера|завтра"
    r"|зим|весн|лет[оаe]|осен|ежедневн|ежегодн|недел|квартал|до конца"
)


@dataclass(frozen=True)
class Parts:
    """An answer by its four questions."""

    done: str = ""
    when: str = ""
    who: str = ""
    next: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Parts:
        """Take the parts from a form or a draft."""
        return cls(*(str(values.get(name) or "").strip() for name in PARTS))

    def said(self) -> dict[str, str]:
        """Return the parts that were answered."""
        return {name: text for name in PARTS if (text := getattr(self, name))}


@dataclass(frozen=True)
class Found:
    """One thing to warn of; details are numbers and ids, never words of people."""

    code: str
    detail: dict[str, Any] = field(default_factory=dict)


def compose(parts: Parts) -> str:
    """Return the parts as one text, a question a paragraph."""
    lines = [f"{LEADS[name]}{text}" for name, text in parts.said().items()]
    return "\n".join(line if line[-1] in ".!?…:;»" else f"{line}." for line in lines)


def plain(parts: Parts) -> str:
    """Return the parts as sentences alone: what is measured."""
    return "\n".join(parts.said().values())


def unknown_blanks(text: str) -> list[str]:
    """Return the braces that no fact fills."""
    return sorted({name for name in _BLANK.findall(text) if name not in BLANKS})


def between_blanks(text: str) -> list[str]:
    """Return the pieces of a template that stand in every answer made of it."""
    return [piece for piece in _BLANK.sub("\n\n", text).split("\n\n") if piece.strip()]


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Put known facts into a template; what is unknown stays for the writer."""
    return _BLANK.sub(lambda blank: facts.get(blank[1]) or blank[0], text)


def filled_in(values: Mapping[str, str], template: Mapping[str, str]) -> dict[str, str]:
    """Put a template into a form: an empty field takes it whole, a typed one keeps what it says.

    Where everything was typed the template goes beneath the first answer.
    """
    result = {name: values.get(name, "").strip() or template.get(name, "") for name in PARTS}
    if all(values.get(name, "").strip() for name in PARTS if template.get(name)):
        result["done"] = f"{values['done'].strip()}\n{template['done']}"
    return result


def check_parts(parts: Parts, needed: Collection[str]) -> None:
    """Refuse an answer that leaves a needed question open or a template's blank unfilled."""
    missing = [QUESTIONS[name] for name in PARTS if name in needed and not getattr(parts, name)]
    if missing:
        said = ", ".join(f"«{each}»" for each in missing)
        raise Refused("unanswered", f"Ответьте на вопросы: {said}", f"Answer: {said}")
    left = dict.fromkeys(_BLANK.findall(plain(parts)))
    if left:
        said = ", ".join(f"{{{name}}}" for name in left)
        raise Refused("blanks", f"Замените пропуски образца: {said}", f"Fill in: {said}")


def open_questions(parts: Parts) -> list[Found]:
    """Return the questions that were left open: a «when» without a day says nothing either."""
    answered = {**dict.fromkeys(PARTS, ""), **parts.said()}
    if answered["when"] and not _TIME.search(answered["when"]):
        answered["when"] = ""
    return [Found(f"no_{name}") for name in PARTS if not answered[name]]


def of_reading(reading: Reading, limits: Mapping[str, float]) -> list[Found]:
    """Return what to warn of in a text that is hard to read."""
    found = []
    many = len(reading.officialese) >= limits["officialese"]
    if reading.ease < limits["ease_low"] or many:
        found.append(
            Found(
                "hard_to_read",
                {
                    "ease": round(reading.ease),
                    "long": len(reading.long_sentences),
                    "officialese": len(reading.officialese),
                    "sentence": round(reading.sentence),
                },
            )
        )
    return found


def of_photo(
    *,
    taken_at: datetime | None,
    point: tuple[float, float] | None,
    place: tuple[float, float] | None,
    received_at: datetime,
    limits: Mapping[str, float],
    program: str = "",
    editors: Collection[str] = (),
) -> list[Found]:
    """Return what a proof's own time and place say against it, and the program it came through."""
    found = []
    if any(each in program.lower() for each in editors):
        found.append(Found("photo_edited", {"program": program}))
    if taken_at is not None and taken_at < received_at:
        found.append(Found("photo_early", {"at": taken_at.isoformat()}))
    if point is not None and place is not None:
        away = metres(point, place)
        if away > limits["photo_far_m"]:
            found.append(Found("photo_far", {"metres": round(away)}))
    return found


def same_photo(apart: int, purpose: str, limits: Mapping[str, float]) -> bool:
    """Tell whether a proof is an old photo: a proof sent again, or what somebody wrote about.

    An honest photo from the same spot looks much like the one before: there less is forgiven.
    """
    return apart <= limits["photo_same" if purpose == "message" else "photo_near"]


def say(code: str, detail: Mapping[str, Any]) -> str:
    """Return a warning in the approver's words."""
    match code:
        case "no_done" | "no_when" | "no_who" | "no_next":
            return f"Нет ответа на вопрос «{QUESTIONS[code.removeprefix('no_')]}»"
        case "hard_to_read":
            return _hard(detail)
        case "template_only":
            return f"Почти только образец: своих слов {100 - int(detail['percent'])} %"
        case "copied":
            return f"Ответ совпадает с {_which(detail)} на {detail['percent']} %"
        case "personal":
            return "В публичном ответе личные данные: " + ", ".join(detail["kinds"])
        case _:
            return _of_photo(code, detail)


def _hard(detail: Mapping[str, Any]) -> str:
    told = [f"лёгкость {detail['ease']} из 100", f"в предложении {detail['sentence']} слов"]
    if detail["officialese"]:
        told.append(f"канцелярских оборотов {detail['officialese']}")
    return f"Трудно читать: {', '.join(told)}"


def _of_photo(code: str, detail: Mapping[str, Any]) -> str:
    match code:
        case "photo_seen":
            mirrored = ", зеркально" if detail.get("mirrored") else ""
            which = _which(detail, "ответ" if detail.get("proof") else "обращение")
            return f"Это фото уже было: {which}, {detail['day']}{mirrored}"
        case "photo_again":
            return f"То же фото, что в прошлом ответе, {detail['day']}"
        case "photo_author":
            return "Почти то же фото, что прислал автор"
        case "photo_early":
            return f"Снято до поступления сообщения: {detail['day']}"
        case "photo_edited":
            return f"Снимок сохранён редактором: {detail['program']}"
        case "photo_far":
            away = int(detail["metres"]) / 1000
            told = f"{away:.0f}" if away >= FAR_KM else f"{away:.1f}".replace(".", ",")
            return f"Снято за {told} км от места"
        case _:
            return code


def _which(detail: Mapping[str, Any], what: str = "") -> str:
    if number := detail.get("case"):
        return f"{what} № {number}".strip()
    if what == "обращение":
        return "другое обращение (вам не видно)"
    return f"{what or 'ответом'} по обращению, которое вам не видно"


def check_overruling(codes: Collection[str], reason: str, *, confirmed: bool) -> None:
    """Refuse to send an answer with warnings without a word why."""
    if codes and not (confirmed and reason.strip()):
        raise Refused(
            "cautions",
            "Есть предупреждения. Если отправляете всё равно, отметьте это и напишите почему",
            "There are warnings. To send all the same, tick it and say why",
        )


def sample(numbers: Iterable[str], key: str, size: int, first: Collection[str] = ()) -> list[str]:
    """Return an own sample: doubted ones first, then by a lot that the key draws again alike."""
    drawn = sorted(
        numbers,
        key=lambda number: (
            number not in first,
            hashlib.sha256(f"{key}:{number}".encode()).digest(),
        ),
    )
    return drawn[:size]


def similar(
    wanted: Collection[str], candidates: Sequence[tuple[Any, Collection[str], bool]], most: int
) -> list[tuple[Any, float]]:
    """Return the likest candidates: by shared words, with a little for the same place."""
    weighed = []
    for thing, words, near in candidates:
        shared = len(set(wanted) & set(words))
        union = len(set(wanted) | set(words)) or 1
        weighed.append((thing, round(shared / union + (0.1 if near else 0.0), 3)))
    return sorted(weighed, key=lambda pair: -pair[1])[:most]
