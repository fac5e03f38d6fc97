"""What is told of letters: that one went, never to which address and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class LetterSent(Fact):
    """A letter or a text message that is owed to the author went; `about` is the fact's kind."""

    kind: ClassVar[str] = "letter.sent"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автору отправлено уведомление", "en": "A notice went out to the author",
    }  # fmt: skip

    delivery: int
    about: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class LetterRefused(Fact):
    """It did not go for good: the address does not take it."""

    kind: ClassVar[str] = "letter.refused"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Письмо автору не принято: известите его иначе",
        "en": "The letter was refused: tell the author otherwise",
    }  # fmt: skip

    delivery: int
    about: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class TextEdited(Fact):
    """An administrator changed the words of a notice; its history keeps both."""

    kind: ClassVar[str] = "text.edited"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Изменены слова уведомления", "en": "The words of a notice were changed",
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class NoticesChosen(Fact):
    """A person chose of what, by which ways and when to be told; what exactly is not said."""

    kind: ClassVar[str] = "notices.chosen"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Выбрано, о чём и как сообщать", "en": "Chose what to be told of and how",
    }  # fmt: skip
