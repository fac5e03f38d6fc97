"""59-ФЗ as tables and arithmetic: article 11, redirection, questions, words of notices. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.flow.cases.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

WORDS = 3
MOST_QUESTIONS = 20


@dataclass(frozen=True)
class Ground:
    """A ground of article 11: its part, whether the author is told, what the letter says."""

    code: str
    part: str
    notice: bool
    ru: str
    head_only: bool = False
    earlier: bool = False


GROUNDS: Mapping[str, Ground] = {
    each.code: each
    for each in (
        Ground("no_name_or_address", "ч. 1", False, "не указаны фамилия или адрес для ответа"),
        Ground("court_decision", "ч. 2", True,
               "в обращении обжалуется судебное решение. Обращение возвращается вам; судебное"
               " решение обжалуют в порядке, установленном законом"),
        Ground("obscene", "ч. 3", True,
               "в обращении есть нецензурные или оскорбительные выражения либо угрозы."
               " Злоупотребление правом на обращение недопустимо"),
        Ground("unreadable", "ч. 4", True, "текст обращения не поддаётся прочтению"),
        Ground("unclear_essence", "ч. 4.1", True,
               "текст не позволяет определить суть предложения, заявления или жалобы"),
        Ground("correspondence_stopped", "ч. 5", True,
               "на этот вопрос вам уже многократно отвечали по существу, а новых доводов в"
               " обращении нет. Переписка по этому вопросу прекращена", True, True),
        Ground("repeated_online", "ч. 5.1", True,
               "ответ на этот вопрос опубликован на официальном сайте"),
        Ground("secret", "ч. 6", True,
               "ответ по существу раскрыл бы сведения, составляющие охраняемую законом тайну"),
    )
}  # fmt: skip
STOP = "correspondence_stopped"

OUTCOMES: Mapping[str, str] = {
    "supported": "Поддержано",
    "explained": "Разъяснено",
    "not_supported": "Не поддержано",
    "answered": "Дан ответ автору",
    "transferred": "Направлено по компетенции",
    "left": "Оставлено без ответа",
    "not_received": "Не поступило",
}
"""How a question ends; the last is said of one that never came from the body that sent it."""


def check_redirect(until: datetime | None, now: datetime, days: int = 7) -> None:
    """Article 8 parts 3 to 4: an appeal is redirected within so many days of registration."""
    if until is None or now > until:
        raise Refused(
            "too_late_to_redirect",
            f"Переслать можно только в течение {days} дней со дня регистрации (59-ФЗ, ст. 8"
            " ч. 3–3.1). Срок прошёл: ответьте сами, запросив сведения у другого органа",
            f"It may be redirected within {days} days of registration only (59-FZ, art. 8)",
        )


def check_ground(code: str, *, stopping: bool, note: str, earlier: bool) -> Ground:
    """Return a ground that may be used so; Refused for another."""
    ground = GROUNDS.get(code)
    if ground is None:
        raise Refused("no_ground", "Выберите основание из статьи 11", "Choose a ground of art. 11")
    if ground.head_only != stopping:
        raise Refused(
            "head_only",
            "Переписку прекращает руководитель отдельным действием",
            "The head stops a correspondence by an act of its own",
        )
    if ground.earlier and not earlier:
        raise Refused(
            "no_earlier",
            "Назовите номер прежнего обращения этого автора, на которое уже ответили по существу",
            "Give the number of the author's earlier appeal that was answered on the merits",
        )
    if not note.strip():
        raise Refused("no_reason", "Напишите пояснение", "Give a reason")
    return ground


def check_questions(texts: Sequence[str]) -> None:
    """Refuse a split that splits nothing."""
    if not 2 <= len(texts) <= MOST_QUESTIONS:  # noqa: PLR2004
        raise Refused(
            "two_questions",
            f"Запишите от двух до {MOST_QUESTIONS} вопросов, каждый со своей организацией",
            "Write at least two questions, each with its body",
        )


def check_outcome(outcome: str, text: str) -> None:
    """Refuse an unknown outcome and an answer that says nothing."""
    if outcome not in OUTCOMES:
        raise Refused("no_outcome", "Выберите исход вопроса", "Choose the outcome")
    if len(text.split()) < WORDS:
        raise Refused("empty_answer", "Напишите ответ на этот вопрос", "Write the answer")


def check_all_answered(left: int) -> None:
    """Refuse to answer an appeal while a question of it waits."""
    if left:
        raise Refused(
            "questions_left",
            f"Ответ уходит автору, когда есть исход по каждому вопросу. Осталось: {left}",
            f"The answer goes when every question has its outcome. Left: {left}",
        )


def journal_number(template: str, serial: int, index: str, year: int) -> str:
    """Return a number of the journal: «А-17/26»."""
    return template.format(serial=serial, index=index, year=f"{year % 100:02}").strip("-/ ")


def composed(questions: Sequence[tuple[int, str, str]]) -> str:
    """Return one text from the answers to all questions."""
    return "\n\n".join(f"{n}. {text}\nИсход: {outcome}." for n, text, outcome in questions)


def registered_text(*, number: str, body: str, day: str, due: str) -> str:
    """Say that an appeal is in the journal."""
    return (
        f"Ваше обращение зарегистрировано {day} под номером {number} ({body})."
        f" Ответ вы получите не позднее {due} (статья 12 Федерального закона № 59-ФЗ)."
    )


def redirected_text(*, number: str, body: str, day: str, note: str) -> str:
    """Say where an appeal was sent and why."""
    said = f" {note.strip()}" if note.strip() else ""
    return (
        f"Вопросы вашего обращения № {number} не входят в нашу компетенцию. {day} обращение"
        f" направлено по компетенции: {body} (части 3 и 4 статьи 8 Федерального закона № 59-ФЗ)."
        f" Ответ вы получите оттуда.{said}"
    )


def extended_text(*, number: str, until: str, reason: str) -> str:
    """Say until when and why an appeal needs longer."""
    return (
        f"Срок рассмотрения вашего обращения № {number} продлён до {until} (часть 2 статьи 12"
        f" Федерального закона № 59-ФЗ). Причина: {reason.strip()}"
    )


def left_text(ground: Ground, *, number: str, note: str) -> str:
    """Say why there will be no answer on the merits."""
    return (
        f"Обращение № {number} оставлено без ответа по существу: {ground.ru}"
        f" ({ground.part} статьи 11 Федерального закона № 59-ФЗ). {note.strip()}"
    )
