"""How long a code lives, how soon a message is tried again, what a text says. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

DIGITS = 6
LONGEST = 500
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=20), timedelta(minutes=30)
GIVEN_UP = timedelta(days=3)
CLAIM = timedelta(minutes=2)
"""A try that has not ended by then died: the next one may begin."""


@dataclass(frozen=True)
class SmsRules:
    """What an administrator sets for text messages: `sms` in the region's settings."""

    code_days: int = 30
    code_tries: int = 5
    codes_a_day: int = 3
    entry_minutes: int = 10
    entry_codes_a_day: int = 5


def wait(tries: int) -> timedelta:
    """Return how long to wait after so many tries: longer each time, half an hour at most."""
    doubled: int = 1 << min(tries, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def looks_like_code(text: str) -> str | None:
    """Read a code as typed («482 913»); None for anything that is none."""
    given = re.sub(r"[\s-]", "", text)
    return given if len(given) == DIGITS and given.isascii() and given.isdigit() else None


def grouped(code: str) -> str:
    """Return a code as it is read aloud: «482 913»."""
    return f"{code[:3]} {code[3:]}"


def filled(template: str, **values: str) -> str:
    """Put values into a template's {marks}; unknown marks stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda mark: values.get(mark[1], mark[0]), template)[:LONGEST]
