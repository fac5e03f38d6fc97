"""What a rating means."""

from __future__ import annotations

LOW = 2
GOOD = 4


def is_low(answer_score: int, result_score: int) -> bool:
    """Tell whether somebody is dissatisfied enough to be offered a dispute."""
    return min(answer_score, result_score) <= LOW


def confirms(answer_score: int, result_score: int) -> bool:
    """Tell whether the author's stars say that the problem is solved."""
    return result_score >= GOOD and answer_score > LOW


def valid(score: int) -> bool:
    """Tell whether it is one to five stars."""
    return 1 <= score <= 5  # noqa: PLR2004
