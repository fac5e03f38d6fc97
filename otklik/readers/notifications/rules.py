"""Of which facts people hear, by which words, and what they may decline. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    "case.divided": Told("divided", sms=True),
    "case.questioned": Told("questioned", sms=True),
    "case.rejected": Told("rejected"),
    "case.taken_back": Told("taken_back"),
    "case.refusal_reversed": Told("refusal_reversed"),
    "case.refusal_upheld": Told("refusal_upheld"),
    "case.written": Told("written", sms=True),
    "case.redirected": Told("redirected", noticed=True),
    "case.extended": Told("extended", noticed=True),
    "case.fell_back": Told("fell_back", owed=False),
    "case.answered_interim": Told("interim", joined=True),
    "case.answered": Told("answered", joined=True, sms=True),
    "case.reopened": Told("reopened", owed=False),
    "case.contacted": Told("contacted"),
    "case.forwarded": Told("forwarded", owed=False),
    "case.news_brought": Told("peer_news", owed=False),
    "appeal.noticed": Told("noticed"),
    "problem.told": Told("news", owed=False, sms=True),
    "problem.answered": Told("news", owed=False, sms=True),
    "problem.closed": Told("news", owed=False, sms=True),
    "ruling.made": Told("ruling", owed=False),
    "obligation.kept": Told("promise_kept", owed=False),
    "obligation.linked": Told("promise_linked", owed=False),
    "obligation.overdue": Told("promise_late", owed=False),
    "obligation.moved": Told("promise_moved", owed=False),
    "comment.shown": Told("comment_replied", owed=False),
    "comment.hidden": Told("comment_hidden"),
    "comment.restored": Told("comment_restored"),
    "comment.upheld": Told("comment_upheld"),
    "proposal.returned": Told("proposal"),
    "proposal.refused": Told("proposal"),
    "proposal.accepted": Told("proposal"),
}
WATCHED = frozenset(
    {"case.registered", "case.redirected", "case.extended", "case.answered_interim",
     "case.answered", "case.reopened", "case.news_brought"}
)  # fmt: skip
"""Of these a device hears too whose owner follows another's public message."""
OF_PROBLEMS = frozenset(kind for kind in TOLD if kind.startswith("problem."))
OF_OUTCOMES = frozenset(kind for kind in TOLD if kind.startswith(("ruling.", "obligation.")))
OF_PROPOSALS = frozenset(kind for kind in TOLD if kind.startswith("proposal."))
OF_COMMENTS = frozenset(kind for kind in TOLD if kind.startswith("comment."))


def is_news(at: datetime, now: datetime) -> bool:
    """Tell whether a fact is fresh enough to write of."""
    return now - at < STALE


def tells_author(kind: str, *, lawful: bool) -> bool:
    """Tell whether an author hears of a fact itself; of some a lawful notice tells instead."""
    return kind in TOLD and not (lawful and TOLD[kind].noticed)


DOORS = ("email", "push", "chat", "sms")
MAIN = "main"
"""Of a door in the data: where the message itself named it as the way to answer."""


@dataclass(frozen=True)
class NoticeRules:
    """What an administrator sets for notices: `notices` in the region's settings."""

    quiet: bool = False
    quiet_from: str = "22:00"
    quiet_to: str = "08:00"
    digest: bool = False
    digest_at: str = "18:00"


OWED = frozenset(told.text for told in TOLD.values() if told.owed)
"""Events of which people are told whatever they chose: the law or the answer itself asks for it."""


def wants(event: str, door: str, *, main: bool, chosen: bool | None, default: object) -> bool:
    """Tell whether one hears of an event through a door.

    `main` says that the message named this door; what is owed always goes there.
    """
    if main and event in OWED and door != "push":
        return True
    if chosen is not None:
        return chosen
    return main if default == MAIN else bool(default)


def clock(text: object) -> time | None:
    """Read «22:00»; None for anything else."""
    try:
        return time.fromisoformat(str(text)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def quiet_until(local: datetime, start: time, end: time) -> datetime | None:
    """Return when quiet hours end, if it is quiet at this moment of the region's own clock."""
    at = local.time()
    within = start <= at < end if start < end else (at >= start or at < end)
    return next_at(local, end) if within and start != end else None


def next_at(local: datetime, at: time) -> datetime:
    """Return the next moment at which the region's clock shows a time."""
    day = local.date() if at > local.time() else local.date() + timedelta(days=1)
    return datetime.combine(day, at, tzinfo=local.tzinfo)
