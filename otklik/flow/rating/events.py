"""What raters tell the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RatingGiven(Fact):
    """Somebody rated an answer: the answer and the result apart, 1–5 each."""

    kind: ClassVar[str] = "rating.given"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Оценка: ответ {answer_score}, результат {result_score}",
        "en": "Rated: answer {answer_score}, result {result_score}",
    }

    case: str
    report: int
    answer: int
    answer_score: int
    result_score: int
    by_author: bool = True
