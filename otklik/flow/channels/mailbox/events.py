"""What is told of letters that came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.flow.cases.events import CaseFact
from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class LetterLanded(CaseFact):
    """The author replied to our letter; the reply is in the case."""

    kind: ClassVar[str] = "letter.landed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автор ответил письмом",
        "en": "The author replied by letter",
    }

    letter: int


@dataclass(frozen=True, kw_only=True)
class LetterInvited(Fact):
    """Somebody wrote by mail, which is no channel for appeals; an invitation goes to them."""

    kind: ClassVar[str] = "letter.invited"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "На письмо ответят приглашением",
        "en": "A letter is answered with an invitation",
    }

    letter: int
