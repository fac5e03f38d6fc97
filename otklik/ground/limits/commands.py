"""Take a token: one statement, so that two who knock at once are both counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.crypto import salted_hmac

from otklik.ground.limits.models import Bucket
from otklik.ground.limits.queries import storm
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from datetime import datetime

KEPT = timedelta(days=2)
TAKE = """
INSERT INTO limits_bucket AS b (region_id, door, key, tokens, refused, at)
VALUES (%(region)s, %(door)s, %(key)s, %(size)s - 1, false, %(now)s)
ON CONFLICT (region_id, door, key) DO UPDATE SET
    refused = {left} < 1,
    tokens = CASE WHEN {left} < 1 THEN {left} ELSE {left} - 1 END,
    at = GREATEST(b.at, excluded.at)
RETURNING refused, tokens
""".format(
    left="LEAST(%(size)s, b.tokens + %(rate)s"
    " * GREATEST(0, EXTRACT(EPOCH FROM excluded.at - b.at)))"
)


@dataclass(frozen=True)
class Taken:
    """Whether one may go on, and after how many seconds else."""

    granted: bool
    wait: int = 0


def take(door: str, who: str, *, now: datetime, times: int = 1) -> Taken:
    """Take one token of a door; whoever cannot be told apart is let in.

    `times` is how many lines of the network stand behind one: so many times the limit is theirs.
    """
    if not who:
        return Taken(granted=True)
    limit = storm().limits[door].times(times)
    key = salted_hmac("otklik.limits", who, algorithm="sha256").hexdigest()[:32]
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            {"region": region().pk, "door": door, "key": key, "size": float(limit.size),
             "rate": limit.size / limit.seconds, "now": now},
        )  # fmt: skip
        refused, tokens = cursor.fetchone()
    return Taken(granted=not refused, wait=limit.wait(tokens) if refused else 0)


def drop_old(*, now: datetime) -> int:
    """Forget who has not knocked for long: all their tokens are back by then."""
    return Bucket.objects.filter(region=region(), at__lt=now - KEPT).delete()[0]
