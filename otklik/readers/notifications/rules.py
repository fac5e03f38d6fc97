"""Of which facts people hear, by which words, and what they may decline. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

STALE = timedelta(days=3)
"""A fact so old is no news: a journal that is read anew writes to nobody."""


@dataclass(frozen=True)
class Told:
    """How people hear of a kind of fact.

    `text` names the words in the lists `letter_texts` and `sms_texts`. What is `owed` cannot be
    declined. Of an appeal the law's own notice tells what is `noticed`. `joined` says whether
    those who joined the case hear too, `sms` whether it goes to phones.
    """

    text: str
    owed: bool = True
    noticed: bool = False
    joined: bool = False
    sms: bool = False


TOLD: Mapping[str, Told] = {
    "case.registered": Told("registered", owed=False, noticed=True),
    "case.questioned": Told("questioned", sms=True),
    "case.rejected": Told("rejected"),
    "case.redirected": Told("redirected", noticed=True),
    "case.extended": Told("extended", noticed=True),
    "case.fell_back": Told("fell_back", owed=False),
    "case.answered_interim": Told("interim", joined=True),
    "case.answered": Told("answered", joined=True, sms=True),
    "case.reopened": Told("reopened", owed=False),
    "appeal.noticed": Told("noticed"),
    "problem.told": Told("news", owed=False, sms=True),
    "problem.answered": Told("news", owed=False, sms=True),
    "problem.closed": Told("news", owed=False, sms=True),
    "ruling.made": Told("ruling", owed=False),
    "obligation.kept": Told("promise_kept", owed=False),
    "comment.shown": Told("comment_replied", owed=False),
    "comment.hidden": Told("comment_hidden"),
    "comment.restored": Told("comment_restored"),
    "comment.upheld": Told("comment_upheld"),
}
OF_PROBLEMS = frozenset(kind for kind in TOLD if kind.startswith("problem."))
OF_OUTCOMES = frozenset({"ruling.made", "obligation.kept"})
OF_COMMENTS = frozenset(kind for kind in TOLD if kind.startswith("comment."))


def is_news(at: datetime, now: datetime) -> bool:
    """Tell whether a fact is fresh enough to write of."""
    return now - at < STALE


def tells_author(kind: str, *, lawful: bool) -> bool:
    """Tell whether an author hears of a fact itself; of some a lawful notice tells instead."""
    return kind in TOLD and not (lawful and TOLD[kind].noticed)
