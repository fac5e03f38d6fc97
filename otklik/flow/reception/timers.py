"""What becomes due at the reception; each may run twice without harm."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from otklik.flow.reception import commands, queries, rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

logger = logging.getLogger(__name__)
AT_ONCE = 200


def run(now: datetime) -> None:
    """Remind of tomorrow's receptions, notice unanswered requests and days of control."""
    for key in queries.to_remind(now + rules.REMIND_AHEAD, now, AT_ONCE):
        _once(key, commands.remind_of_reception, now)
    for key in queries.unanswered(now, AT_ONCE):
        _once(key, commands.mark_unanswered, now)
    for number in queries.due_controls(now, AT_ONCE):
        commands.tell_control(number, now=now)


def _once(key: int, verb: Callable[..., None], now: datetime) -> None:
    try:
        verb(key, now=now)
    except rules.Refused:
        logger.info("booking %s: changed before its timer", key)
