"""What came with a message besides its words: answers to questions, news of the sender's system."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.timezone import localtime

from otklik.faces import show
from otklik.ground.topics.queries import questions
from otklik.ground.topics.rules import LISTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.rules import Sight
    from otklik.ground.topics.models import Question


def answers(case: Case, sight: Sight) -> list[tuple[str, str]]:
    """Return the questions that were answered with the answers, words masked by the sight."""
    kept: Mapping[str, Any] = case.report.extra.get("answers") or {}
    hint = case.report.topic_hint
    asked = questions().get(hint.code, []) if hint else []
    return [
        (each.title_ru, show.words(_in_words(each, kept[each.code]), sight))
        for each in asked
        if each.code in kept
    ]


def _in_words(question: Question, value: Any) -> str:
    if question.datatype in LISTS:
        names = {each["key"]: each["ru"] for each in question.choices}
        keys: Sequence[str] = value if isinstance(value, list) else [value]
        return ", ".join(str(names.get(key, key)) for key in keys)
    if question.datatype == "datetime":
        return f"{localtime(datetime.fromisoformat(value)):%d.%m.%Y %H:%M}"
    return str(value)


def news(case: Case, sight: Sight) -> list[tuple[datetime, str, str]]:
    """Return what the author wrote by letter, or the system that brought the message, later."""
    return [
        (note.at, show.words(note.text, sight), note.kind)
        for note in case.notes.all()
        if note.kind in {"update", "letter"}
    ]
