"""When a message may be divided into several. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 5
"""So many parts one message may be divided into, however often."""


def check_division(kept: str, parts: Sequence[str], *, known: int, longest: int) -> None:
    """Refuse a division that leaves nothing behind, takes nothing out, or goes too far."""
    if not parts or not all(parts):
        raise Refused("no_parts", "Напишите хотя бы один вопрос, который решают отдельно",
                      "Write at least one matter that is dealt with apart")  # fmt: skip
    if not kept:
        raise Refused("nothing_kept", "Напишите, что остаётся в этом сообщении",
                      "Say what stays in this message")  # fmt: skip
    if known + len(parts) > MOST:
        raise Refused("too_many", f"Частей может быть не больше {MOST}",
                      f"There may be at most {MOST} parts")  # fmt: skip
    if any(len(each) > longest for each in (kept, *parts)):
        raise Refused("too_long", f"В каждой части не больше {longest} знаков",
                      f"Each part has at most {longest} characters")  # fmt: skip
    if len({kept, *parts}) <= len(parts):
        raise Refused("same", "Одно и то же написано дважды", "The same is written twice")
