"""What may be written to each other, and how much. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from otklik.flow.cases.rules import Refused


@dataclass(frozen=True)
class Bounds:
    """What an administrator sets: `correspondence` in the region's settings.

    `in_a_row`: so many messages one side may write before the other answers.
    """

    letters: int = 2000
    in_a_row: int = 5


def check_line(text: str, *, files: int, in_a_row: int, bounds: Bounds) -> None:
    """Refuse what says nothing, is too long, or comes on and on without an answer."""
    if not text.strip() and not files:
        raise Refused("empty", "Напишите сообщение или приложите файл", "Write or attach a file")
    if len(text) > bounds.letters:
        raise Refused(
            "too_long", f"Не длиннее {bounds.letters} знаков, сейчас {len(text)}",
            f"At most {bounds.letters} letters, now {len(text)}",
        )  # fmt: skip
    if in_a_row >= bounds.in_a_row:
        raise Refused(
            "in_a_row", f"Подряд без ответа можно написать {bounds.in_a_row}: дождитесь ответа",
            f"{bounds.in_a_row} messages in a row: wait for an answer",
        )  # fmt: skip
