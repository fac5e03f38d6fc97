"""What every way out to people has in common."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What became of one try."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"


@dataclass(frozen=True)
class Sent:
    """One try: its outcome, the other side's name for the message, a note for the operator.

    `shut` says that the way itself failed, not this message: others need not try now.
    """

    outcome: Outcome
    reference: str = ""
    note: str = ""
    shut: bool = False


class Outbound(Protocol):
    """Takes a text to an address of its kind; never raises for what the other side does."""

    def send(self, text: str, address: str) -> Sent: ...
