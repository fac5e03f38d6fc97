"""How many at once and how fast they come back; a puzzle for a browser. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

LIVES = timedelta(minutes=20)
LONGEST = 2000


@dataclass(frozen=True)
class Limit:
    """So many at once; all of them are back after so many seconds."""

    size: int
    seconds: int

    def times(self, many: int) -> Limit:
        """Return the same for so many at once."""
        return Limit(self.size * many, self.seconds)

    def wait(self, tokens: float) -> int:
        """Return the seconds after which one more may come."""
        return max(1, math.ceil((1 - tokens) * self.seconds / self.size))


USUAL: Mapping[str, Limit] = {
    "send": Limit(300, 600), "send_account": Limit(30, 3600),
    "suggest": Limit(120, 60), "suggest_account": Limit(120, 60),
    "login": Limit(60, 300), "watch": Limit(20, 3600),
    "ballot": Limit(60, 600), "ballot_account": Limit(30, 600), "unnamed_ballot": Limit(600, 600),
    "rights": Limit(60, 3600),
    "guests": Limit(20, 600), "guests_all": Limit(200, 60),
}  # fmt: skip
"""By door; `guests` and `guests_all` refuse nobody: beyond them a guest solves a puzzle. Nor does
`rights`: beyond it the right to a ballot is set aside until an organiser looks."""


@dataclass(frozen=True)
class StormRules:
    """What an administrator sets: `storm` in the region's settings."""

    limits: Mapping[str, Limit]
    puzzle_cost: int = 60_000
    wait_seconds: int = 60
    wide_times: int = 16
    """How many times the limit of one line a whole /48 of IPv6 has."""


def storm_rules(told: Mapping[str, Any]) -> StormRules:
    """Read the settings; what is missing or no pair of whole numbers stays usual."""
    limits = dict(USUAL)
    for door, pair in dict(told.get("limits", {})).items():
        numbers = isinstance(pair, list) and len(pair) == 2  # noqa: PLR2004
        if door in USUAL and numbers and all(isinstance(n, int) and n > 0 for n in pair):
            limits[door] = Limit(*pair)
    usual = StormRules(limits)
    return StormRules(
        limits,
        puzzle_cost=int(told.get("puzzle_cost", usual.puzzle_cost)),
        wait_seconds=int(told.get("wait_seconds", usual.wait_seconds)),
        wide_times=max(1, int(told.get("wide_times", usual.wide_times))),
    )


@dataclass(frozen=True)
class Puzzle:
    """A question of ALTCHA's protocol: which number makes the salt hash to the challenge?"""

    algorithm: str
    challenge: str
    salt: str
    signature: str
    maxnumber: int


def puzzle(*, key: str, number: int, most: int, nonce: str, secret: bytes, now: datetime) -> Puzzle:
    """Make a puzzle for one form: its key is in the salt, so that it opens no other."""
    until = int((now + LIVES).timestamp())
    salt = f"{nonce}?expires={until}&key={key}"
    challenge = hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
    return Puzzle("SHA-256", challenge, salt, _signature(challenge, secret), most)


def solved(payload: str, *, key: str, secret: bytes, now: datetime) -> bool:
    """Tell whether a browser's answer solves a puzzle of ours for this very form, in time."""
    try:
        told = json.loads(base64.b64decode(payload[:LONGEST], validate=True))
        salt, number, challenge = str(told["salt"]), int(told["number"]), str(told["challenge"])
        signature = str(told["signature"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        return False
    said = parse_qs(salt.partition("?")[2])
    ours = hmac.compare_digest(signature.encode(), _signature(challenge, secret).encode())
    right = hashlib.sha256(f"{salt}{number}".encode()).hexdigest() == challenge
    until = said.get("expires", ["0"])[0]
    in_time = until.isdigit() and int(until) >= now.timestamp()
    return ours and right and in_time and said.get("key") == [key]


def _signature(challenge: str, secret: bytes) -> str:
    return hmac.new(secret, challenge.encode(), hashlib.sha256).hexdigest()
