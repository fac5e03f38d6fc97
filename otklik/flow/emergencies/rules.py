"""Which cases an emergency may move, and how it may be declared. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from otklik.flow.cases.rules import Refused
from otklik.flow.regimes.rules import LAWFUL

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

DECLARE = "declare_emergency"


@dataclass(frozen=True)
class Regime:
    """A kind of emergency as its row of the directory tells it; every value is data."""

    code: str
    title_ru: str = ""
    title_en: str = ""
    paused_in: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()
    max_days: int = 30
    back_hours: int = 24


def regime(code: str, ru: str, en: str, extra: Mapping[str, Any]) -> Regime:
    """Read a kind of emergency."""
    return Regime(
        code, ru, en, frozenset(extra.get("paused_in", ())), frozenset(extra.get("policies", ())),
        int(extra.get("max_days", 30)), int(extra.get("back_hours", 24)),
    )  # fmt: skip


def moves(
    asked: Regime, *, status: str, regime: str, policy: str, urgent: bool, life_support: bool
) -> bool:
    """Tell whether a case's terms stand: never the law's, never what people's lives hang on."""
    if regime in LAWFUL or urgent or life_support:
        return False
    return status in asked.paused_in and policy in asked.policies


def about(topic_path: Collection[int], place: int | None, *, territory: int | None,
          topics: Collection[int]) -> bool:  # fmt: skip
    """Tell whether a case lies within an emergency's place and topics."""
    here = territory is None or territory == place
    return here and (not topics or bool(set(topic_path) & set(topics)))


def check_declared(
    asked: Regime | None, *, starts: datetime, ends: datetime, document: str, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Refuse an emergency without ground, without an end, of the past or too long."""
    if asked is None:
        raise Refused("no_kind", "Выберите режим", "Choose a regime")
    if not document.strip():
        raise Refused("no_document", "Назовите документ: вид, дату и номер", "Name the document")
    if not reason.strip():
        raise Refused("no_reason", "Напишите, что случилось", "Say what has happened")
    if starts < now - timedelta(hours=asked.back_hours):
        raise Refused(
            "back", f"Начало может быть не раньше чем за {asked.back_hours} ч до объявления",
            f"It may begin at most {asked.back_hours} hours before it is declared",
        )  # fmt: skip
    if not max(starts, now) < ends <= starts + timedelta(days=asked.max_days):
        raise Refused(
            "ends", f"Конец должен быть впереди и не дальше {asked.max_days} дней от начала;"
            " если беда дольше, объявите снова",
            f"It must end ahead, within {asked.max_days} days of its start",
        )  # fmt: skip
