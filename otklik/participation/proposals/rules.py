"""What a proposal must say, how many one may have, what may be done with it when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

SENT, RETURNED, REFUSED, ACCEPTED, WITHDRAWN = (
    "sent", "returned", "refused", "accepted", "withdrawn",
)  # fmt: skip
KINDS = ("petition", "project")
ADDRESSED = ("government", "ministry", "municipal_administration")
"""Kinds of bodies that decide such things; a proposal is addressed to one of them."""
LIVE = (SENT, RETURNED)
SHORTEST = 10


@dataclass(frozen=True)
class Limits:
    """What a region sets: how many at once, how long, how many signatures, for how many days."""

    at_once: int = 3
    longest: int = 4000
    min_age: int = 14
    gather_days: int = 60
    threshold: int = 500
    threshold_of_a_place: int = 100
    answer_days: int = 30

    def needed(self, *, local: bool) -> int:
        """Return how many signatures oblige to answer, in one municipality or in the region."""
        return self.threshold_of_a_place if local else self.threshold


def limits(settings: Mapping[str, Any]) -> Limits:
    """Return the limits as a region sets them."""
    known = {name: int(settings[name]) for name in Limits.__dataclass_fields__ if name in settings}
    return Limits(**known)


def check_told(kind: str, title: str, about: str, bound: Limits) -> None:
    """Refuse a proposal that lacks something or says too much."""
    if kind not in KINDS:
        raise Refused("kind", "Выберите: петиция или проект", "Choose: a petition or a project")
    if len(title.strip()) < SHORTEST:
        raise Refused("title", "Скажите одной фразой, о чём вы просите",
                      "Say in one sentence what you ask for")  # fmt: skip
    if len(about.strip()) < SHORTEST:
        raise Refused("about", "Напишите, почему и что нужно сделать",
                      "Say why, and what is to be done")  # fmt: skip
    if len(about) > bound.longest:
        raise Refused("long", f"Не больше {bound.longest} знаков",
                      f"At most {bound.longest} characters")  # fmt: skip


def check_room(live: int, bound: Limits) -> None:
    """Refuse one more than may wait at once."""
    if live >= bound.at_once:
        raise Refused(
            "at_once", f"На проверке может быть не больше {bound.at_once} ваших предложений",
            f"At most {bound.at_once} of your proposals may wait at once",
        )  # fmt: skip


def check_state(state: str, allowed: tuple[str, ...]) -> None:
    """Refuse what is not done in such a state."""
    if state not in allowed:
        raise Refused("state", "С этим предложением так уже не поступить",
                      "This may not be done with the proposal any more")  # fmt: skip
