"""Whom a fact concerns, what is told of it, how long to wait. Pure."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
CLAIM = timedelta(minutes=2)
"""A try that has not ended by then died: the next one may begin."""
SWITCHED_OFF = timedelta(days=7)
"""A door shut for so long is asked no more until somebody switches it on; its queue stays."""
KEPT = timedelta(days=90)
"""How long what was delivered can be sent again."""
GONE = 410
"""By Standard Webhooks: the receiver wants no more."""
HIDDEN = "case.hidden"
TELLS = ("status", "result", "topic", "territory", "organisation", "due", "into", "supports")
"""Of a fact's fields, those that the public page shows too."""


class Refused(ValueError):  # noqa: N818  (a refusal is not an error of ours)
    """A subscription cannot be kept so; words by field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


def new_secret() -> str:
    """Return a key as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def wait(tries: int) -> timedelta:
    """Return the pause after so many failures in a row: twice as long each time, to an hour."""
    seconds = FIRST_WAIT.total_seconds() * 2.0 ** min(tries - 1, 16)
    return min(LONGEST_WAIT, timedelta(seconds=seconds))


def wants(
    topics: Collection[str], territories: Collection[str], path: Collection[str], territory: str
) -> bool:
    """Tell whether a subscription hears of a topic (with those above it) in a territory."""
    return (not topics or bool(set(topics) & set(path))) and (
        not territories or territory in territories
    )


def told_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a fact may be told to anybody."""
    return {name: data[name] for name in TELLS if data.get(name) not in {None, ""}}
