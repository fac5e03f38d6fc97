"""What is told of subscriptions: ids, never addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SubscriptionFact(Fact):
    """What every fact about a subscription carries."""

    abstract: ClassVar[bool] = True

    subscription: int


@dataclass(frozen=True, kw_only=True)
class SubscriptionKept(SubscriptionFact):
    """Somebody made or changed another system's subscription; `active` tells whether it hears."""

    kind: ClassVar[str] = "subscription.kept"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Подписка другой системы сохранена", "en": "A subscription was kept",
    }  # fmt: skip

    active: bool = True


@dataclass(frozen=True, kw_only=True)
class SubscriptionStopped(SubscriptionFact):
    """Its door was shut for too long, or said that it wants no more: it is asked no more."""

    kind: ClassVar[str] = "subscription.stopped"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Подписка остановлена: адрес не отвечает",
        "en": "A subscription was stopped: its address does not answer",
    }


@dataclass(frozen=True, kw_only=True)
class SubscriptionReplayed(SubscriptionFact):
    """Somebody asked to send again what was delivered before."""

    kind: ClassVar[str] = "subscription.replayed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Подписке отправлено ещё раз, сообщений: {count}",
        "en": "{count} messages are sent to a subscription again",
    }

    count: int = 0
