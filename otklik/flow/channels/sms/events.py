"""What is told of text messages: ids and outcomes, never a phone or a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SmsFact(Fact):
    """A text message by its id and purpose."""

    abstract: ClassVar[bool] = True
    public: ClassVar[bool] = False

    message: int
    purpose: str


@dataclass(frozen=True, kw_only=True)
class SmsQueued(SmsFact):
    """A text message waits to be sent; it is safe on disk."""

    kind: ClassVar[str] = "sms.queued"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "СМС поставлено в очередь",
        "en": "A text message was queued",
    }


@dataclass(frozen=True, kw_only=True)
class SmsDelivered(SmsFact):
    """The operator of the network took the message."""

    kind: ClassVar[str] = "sms.delivered"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "СМС отправлено",
        "en": "The text message was sent",
    }

    tries: int


@dataclass(frozen=True, kw_only=True)
class SmsRefused(SmsFact):
    """The message will not be tried again."""

    kind: ClassVar[str] = "sms.refused"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "СМС не принято оператором связи",
        "en": "The text message was refused",
    }

    tries: int


@dataclass(frozen=True, kw_only=True)
class CodeUsed(Fact):
    """Somebody opened their message by its number and the code from a text message."""

    kind: ClassVar[str] = "sms.code_used"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Открыто по коду из СМС",
        "en": "Opened by the code from a text message",
    }

    report: int


@dataclass(frozen=True, kw_only=True)
class CodeRefused(Fact):
    """A wrong code was tried."""

    kind: ClassVar[str] = "sms.code_refused"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Введён неверный код из СМС, попыток осталось: {left}",
        "en": "A wrong code was tried, {left} tries left",
    }

    report: int
    left: int
