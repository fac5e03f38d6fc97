"""What a petition must say and how far it is: arithmetic."""

from __future__ import annotations

from otklik.ground.accounts.rules import Refused

MOST = 1_000_000


def check_told(title: str, about: str, initiator: str, threshold: int) -> None:
    """Refuse a petition that lacks something."""
    for said, words in (
        (title, "о чём просят"), (about, "почему"), (initiator, "кто собирает подписи"),
    ):  # fmt: skip
        if not said.strip():
            raise Refused("empty", f"Заполните: {words}", f"Fill in: {words}")
    if not 0 < threshold <= MOST:
        raise Refused("threshold", f"Порог — от одной подписи до {MOST}",
                      f"The threshold is from one signature to {MOST}")  # fmt: skip


def percent(signed: int, threshold: int) -> int:
    """Return how far a petition is; a hundred only when the threshold is reached."""
    return min(100 * signed // threshold, 100)
