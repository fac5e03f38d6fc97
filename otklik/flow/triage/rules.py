"""What is concluded from guesses, words and seasons: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from otklik.ground.kit.text import normalise, words

OUT_OF_SEASON = 0.3
AROUND_SEASON_DAYS = 14
FEWEST_WORDS = 2
TOLERATED = 0.02  # how much the answers on our own phrases may worsen for better ones on messages

# Roots of Russian obscenities: a person looks before anybody else may see such a text.
_OBSCENE = re.compile(
    r"\b(?:(?:на|по|о|ни|до)?ху[йеяи]\w*|\w*пизд\w*|бля(?:д\w*|ть)?|муда[кч]\w*|сук[аи]"
    r"|(?:за|вы|у|на|про|долбо|разъ?|съ|отъ?)?еб(?:а[тлн]|уч|ет|ну)\w*"
    r"|говн\w*|дерьм\w*|ублюд\w*|твар[ьи])\b"
)


@dataclass(frozen=True)
class Parameters:
    """What an administrator sets for triage, in the region's settings under `triage`."""

    certain: float = 0.8
    """From this probability the first guess needs no moderator."""


def parameters(settings: Mapping[str, Any] | None) -> Parameters:
    """Read the region's own limits; what is missing or no probability keeps its default."""
    certain = (settings or {}).get("certain")
    if isinstance(certain, int | float) and not isinstance(certain, bool) and 0 < certain <= 1:
        return Parameters(certain=float(certain))
    return Parameters()


class Scored(Protocol):
    """A fact with the probability that a text is about it."""

    @property
    def fact(self) -> str: ...

    @property
    def score(self) -> float: ...


Scores = Mapping[str, Any]


def not_worse(new: Scores, at_work: Scores) -> bool:
    """Tell whether a new version may replace the one at work.

    `fresh` of the new one is how it does on messages judged since the other was made, `before` how
    the other does on them; `phrases` of each, how it does on the same phrases of our own.
    """
    if new["fresh"]["checked"] and _sum(new["fresh"]) < _sum(new["before"]):
        return False
    if new["seed"] != at_work.get("seed"):
        return True
    return _sum(new["phrases"]) >= _sum(at_work["phrases"]) - 2 * TOLERATED


def _sum(quality: Scores) -> float:
    return float(quality["top1"] + quality["top3"])


def certain(guesses: Sequence[Scored], threshold: float) -> bool:
    """Tell whether the first guess needs no moderator."""
    return bool(guesses) and guesses[0].score >= threshold


def needs_eyes(text: str) -> bool:
    """Tell whether a person must look before the text goes on: obscene, or hardly a word."""
    return len(words(text)) < FEWEST_WORDS or bool(_OBSCENE.search(normalise(text)))


@dataclass(frozen=True)
class Season:
    """The days of a year in which a fact is met, as MM-DD; may go over New Year."""

    begins: str
    ends: str

    def holds(self, day: date, around: int = 0) -> bool:
        """Tell whether a day is in the season or within `around` days of it."""
        days = {(day + timedelta(days=shift)).strftime("%m-%d") for shift in (-around, 0, around)}
        return any(self._holds(each) for each in days)

    def _holds(self, day: str) -> bool:
        if self.begins <= self.ends:
            return self.begins <= day <= self.ends
        return day >= self.begins or day <= self.ends


def prior(seasons: Mapping[str, Season], day: date) -> dict[str, float]:
    """Return how much less likely facts are out of their season: nobody clears snow in July."""
    return {
        fact: OUT_OF_SEASON
        for fact, season in seasons.items()
        if not season.holds(day, AROUND_SEASON_DAYS)
    }


def disagrees(
    chosen: str, guesses: Sequence[Scored], threshold: float, near: frozenset[str]
) -> bool:
    """Tell whether the text says surely something far from the fact that its author chose.

    `near` are the facts of the chosen one's subcategory.
    """
    if not certain(guesses, threshold) or guesses[0].fact in near | {chosen}:
        return False
    return all(guess.fact != chosen for guess in guesses)


# Words by which people tell whose the thing is; without them the topic's own order stays.
_OWNER_WORDS: Mapping[str, re.Pattern[str]] = {
    "federal": re.compile(r"\b(?:[ам]-?(?:8|114|119)|р-?21|федеральн\w+|трасс\w+)\b"),
    "regional": re.compile(r"\b(?:областн\w+|региональн\w+|межмуниципальн\w+)\b"),
    "house": re.compile(r"\b(?:ук|тсж|управляющ\w+|управляйк\w+|домоуправ\w+)\b"),
}


def owners(text: str, order: Sequence[str]) -> list[str]:
    """Return a topic's owners, those named by the text first."""
    plain = normalise(text)
    named = {owner for owner, pattern in _OWNER_WORDS.items() if pattern.search(plain)}
    return sorted(order, key=lambda owner: owner not in named)
