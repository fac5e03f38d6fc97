"""What goes to another Open311 server, what of it is told, what its news mean. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

WORDS, PLACE, CONTACT, HIDDEN = "words", "place", "contact", "hidden"
SHARES: Mapping[str, tuple[str, str]] = {
    WORDS: ("текст как написан, с именами и телефонами", "the words as they were written"),
    PLACE: ("точное место и адрес", "the exact place and the address"),
    CONTACT: ("имя и контакт автора", "the author's name and contact"),
    HIDDEN: ("сообщения, которых не видят все", "messages that are not shown to everybody"),
}
"""What of personal data a peer may be told; none of it unless its settings say so."""
MASKED = ("текст без имён и телефонов, место до 100 м", "masked words, a place to about 100 m")
DIGITS = 3
"""Of a degree, as the public sees places."""
MINUTE = timedelta(minutes=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
CLAIM = timedelta(minutes=2)
"""A try that has not ended by then died: the next one may begin."""
GIVEN_UP = timedelta(days=14)
"""What could not be handed over for so long waits for a person."""
OVERLAP = timedelta(hours=1)
"""How far back each look begins before the last one: two clocks are never the same."""
SPAN = timedelta(days=89)
"""GeoReport lets ask for 90 days at once."""
AFTER_CLOSED, LONGEST = timedelta(days=60), timedelta(days=730)
"""For how long the other side is asked: past its closing, and at all."""
AT_ONCE = 50
"""Numbers in one question: an address has a bound."""
LONGEST_TEXT = 4000
_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")


@dataclass(frozen=True)
class Scope:
    """Which cases go to a peer: all that is named must fit; one who names nothing gets nothing."""

    bodies: Collection[str] = ()
    topics: Collection[str] = ()
    territories: Collection[str] = ()

    def holds(self, body: str, path: Collection[str], territory: str) -> bool:
        """Tell whether a case of a body, a topic (with those above it) and a place belongs here."""
        named = [
            (self.bodies, {body}), (self.topics, set(path)), (self.territories, {territory}),
        ]  # fmt: skip
        asked = [bool(set(wanted) & found) for wanted, found in named if wanted]
        return bool(asked) and all(asked)


@dataclass(frozen=True)
class Standing:
    """What of a case decides whether it may leave the house."""

    lawful: bool
    closed: bool
    withdrawn: bool
    public: bool
    brought_by_peer: bool


def refusal(case: Standing, shares: Collection[str]) -> str:
    """Return why a case stays here, or nothing."""
    reasons = {
        "обращение по 59-ФЗ пересылают с уведомлением": case.lawful,
        "закрытый контур": case.closed,
        "автор отозвал сообщение": case.withdrawn,
        "сообщение видят не все": not case.public and HIDDEN not in shares,
        "эта система сама его передала": case.brought_by_peer,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def codes_of(text: str) -> dict[str, str]:
    """Read lines «our code = their code»; ValueError with the first line that is none."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        ours, equals, theirs = (part.strip() for part in line.partition("="))
        if not (ours and equals and theirs):
            raise ValueError(line)
        found[ours] = theirs
    return found


def service_of(path: Collection[str], codes: Mapping[str, str]) -> str:
    """Return the peer's code for a topic: its own, that of what stands above it, else ours.

    The path goes from the topic up.
    """
    return next((codes[each] for each in path if each in codes), next(iter(path), ""))


def shared_in_words(shared: Collection[str], language: str) -> str:
    """Return what was told of the author: each kind, or that nothing was."""
    english = language == "en"
    told = [SHARES[each][english] for each in SHARES if each in shared and each != HIDDEN]
    return ", ".join(told) or MASKED[english]


def wait(tries: int) -> timedelta:
    """Return the pause after so many tries: twice as long each time, to an hour."""
    seconds = FIRST_WAIT.total_seconds() * 2.0 ** min(max(tries - 1, 0), 16)
    return min(LONGEST_WAIT, timedelta(seconds=seconds))


def since(asked: datetime | None, sent: datetime | None, now: datetime) -> datetime:
    """Return from which moment on to ask for changes."""
    return max((asked or sent or now) - OVERLAP, now - SPAN)


@dataclass(frozen=True)
class State:
    """How the other side says that a request stands."""

    status: str
    notes: str = ""


@dataclass(frozen=True)
class Update:
    """One piece of news of the other side; its number is theirs."""

    number: str
    status: str
    text: str


def states_in(content: Any) -> dict[str, State]:
    """Read service requests by number; what has another shape is passed over."""
    return {
        str(row["service_request_id"]): State(_word(row, "status"), plain(row.get("status_notes")))
        for row in _rows(content)
    }


def updates_in(content: Any) -> dict[str, list[Update]]:
    """Read request updates by the request's number, in the order they came."""
    found: dict[str, list[Update]] = {}
    for row in _rows(content):
        number = str(row.get("update_id") or "")[:80]
        if number:
            one = Update(number, _word(row, "status"), plain(row.get("description")))
            found.setdefault(str(row["service_request_id"]), []).append(one)
    return found


def _word(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "").strip()[:40]


def _rows(content: Any) -> list[dict[str, Any]]:
    rows = content if isinstance(content, list) else []
    return [each for each in rows if isinstance(each, dict) and each.get("service_request_id")]


def plain(text: Any) -> str:
    """Return words of another system without tags and without what is beyond measure."""
    said = _TAG.sub("", str(text or "")).replace("\x00", "")
    return said.strip()[:LONGEST_TEXT]


CLOSED = frozenset({"closed", "fixed", "duplicate", "no_further_action",
                    "not_councils_responsibility"})  # fmt: skip
SAID: Mapping[str, tuple[str, str]] = {
    "open": ("открыто", "open"), "closed": ("закрыто", "closed"), "fixed": ("решено", "fixed"),
    "in_progress": ("в работе", "in progress"), "investigating": ("изучают", "being looked into"),
    "action_scheduled": ("работы назначены", "work is scheduled"),
    "duplicate": ("повтор другого", "a duplicate"), "for_triage": ("разбирают", "being sorted"),
    "not_councils_responsibility": ("не их дело", "not their responsibility"),
    "no_further_action": ("больше делать нечего", "no further action"),
    "internal_referral": ("передали внутри", "referred inside"),
    "reopen": ("снова открыто", "opened again"),
}  # fmt: skip


def in_words(status: str, language: str = "ru") -> str:
    """Return a status of the other side in words; an unknown one as they write it."""
    known = SAID.get(status.lower())
    return known[language == "en"] if known else status


@dataclass(frozen=True)
class News:
    """What a look brought about one request: new pieces, and how it stands now."""

    updates: tuple[Update, ...]
    state: State
    told: bool
    """Whether there is anything to tell."""


def news(known: Collection[str], kept: State, seen: State | None, said: list[Update]) -> News:
    """Tell what is new: pieces not taken before, or a status that changed without any.

    The first status that is merely open is no news: it is where every request begins.
    """
    fresh = tuple(each for each in said if each.number not in known)
    state = seen or kept
    changed = state != kept and not (not kept.status and state == State("open", state.notes))
    return News(fresh, state, bool(fresh) or changed)


def moment_of(moment: datetime) -> str:
    """Return a moment as GeoReport reads it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
