"""How ballots came by the clock: bars and the same numbers in a table. No ballot has a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.participation.ballots.queries import Pace

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WIDTH, HEIGHT, MOST = 800, 120, 96
"""No more bars than that: longer votes are drawn by several hours together."""


def shown(found: Pace) -> dict[str, Any]:
    """Return the charts with their tables, and the bursts."""
    counted = [n for _at, n in found.hours]
    return {
        "total": sum(counted), "hours": found.hours, "minutes": found.minutes,
        "bursts": found.bursts, "by_hours": bars(found.hours, HOUR),
        "by_minutes": bars(found.minutes, MINUTE), "width": WIDTH, "height": HEIGHT,
    }  # fmt: skip


def bars(counts: Sequence[tuple[datetime, int]], step: timedelta) -> list[dict[str, Any]]:
    """Draw counts on an even clock, empty steps too."""
    if not counts:
        return []
    first, steps = counts[0][0], (counts[-1][0] - counts[0][0]) // step + 1
    together = -(-steps // MOST)
    sums = [0] * -(-steps // together)
    for at, count in counts:
        sums[(at - first) // step // together] += count
    wide, most = WIDTH / max(len(sums), 12), max(sums)
    return [
        {"at": first + step * together * place, "n": count, "x": round(place * wide, 1),
         "width": round(wide * 0.8, 1), "height": round(HEIGHT * count / most, 1),
         "y": round(HEIGHT - HEIGHT * count / most, 1)}
        for place, count in enumerate(sums)
    ]  # fmt: skip
