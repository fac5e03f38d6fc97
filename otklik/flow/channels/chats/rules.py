"""The dialogue of every chat: what was heard changes a draft, what is missing is asked. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

CLAIM = timedelta(minutes=2)
"""A piece of work that has not ended by then died: the next may begin."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
FILES_GIVEN_UP = 8
"""Tries after which a photo that cannot be fetched is given up, and its sender is told."""
LONGEST_SAID = 3900
STARS = (1, 2, 3, 4, 5)
COMMANDS = {
    "/start": "help", "/help": "help", "помощь": "help", "начать": "help", "start": "help",
    "/my": "list", "мои сообщения": "list",
    "/cancel": "cancel", "отмена": "cancel", "отменить": "cancel",
    "/stop": "mute", "/news": "unmute",
}  # fmt: skip
NOWHERE = frozenset({"не знаю", "не знаю места", "i don't know"})
_PRESS = re.compile(r"[a-z]+(:[\w-]{0,40}){0,3}")


@dataclass(frozen=True)
class ChatRules:
    """What an administrator sets for chats: `chats` in the region's settings, in days."""

    draft_days: int = 1
    update_days: int = 30
    talk_days: int = 90


@dataclass(frozen=True)
class Heard:
    """One piece of a dialogue, whichever chat it came by.

    `files` are the chat's own names of files; `press` is the code of a button; `unread` says that
    it was something we cannot read, as a voice message. A press is acknowledged by its `receipt`.
    """

    peer: str
    text: str = ""
    files: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    press: str = ""
    album: str = ""
    unread: bool = False
    language: str = ""
    receipt: str = ""


@dataclass(frozen=True)
class Button:
    """A button: the code of its words in `chat_texts` (or the words), and what it says when hit."""

    label: str
    press: str


@dataclass(frozen=True)
class Say:
    """Something to say: the code of its text, values for its marks, buttons beneath.

    `ask_point` asks the chat for a button that sends where the person is.
    """

    code: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    ask_point: bool = False


@dataclass(frozen=True)
class Draft:
    """What was told so far. `asked` is what the next words answer; `offered` topics by code."""

    text: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    address: str = ""
    topic: str = ""
    settled: bool = False
    offered: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    public: bool = False
    asked: str = ""
    album: str = ""

    @property
    def begun(self) -> bool:
        """Whether anything of a message was told."""
        return bool(self.text or self.place or self.files)

    def to_data(self) -> dict[str, Any]:
        """Return what is kept; nothing for an empty draft."""
        return asdict(self) if self != Draft() else {}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Draft:
        """Read what was kept; unknown fields are passed over."""
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        known["offered"] = tuple(known.get("offered", ()))
        known["files"] = tuple((name, path) for name, path in known.get("files", ()))
        return cls(**known)


@dataclass(frozen=True)
class Step:
    """What a piece led to: the draft after it, and what to do: a deed with its values."""

    draft: Draft
    deed: str = ""
    value: tuple[str, ...] = ()


def advance(draft: Draft, heard: Heard) -> Step:
    """Take one piece of a dialogue."""
    if heard.press:
        return _pressed(draft, heard.press)
    command = COMMANDS.get(heard.text.strip().lower())
    if command == "cancel":
        return Step(Draft(), "cancel")
    if command:
        return Step(draft, command)
    asked, _, number = draft.asked.partition(":")
    if asked in {"reply", "dispute"} and (heard.text.strip() or heard.files):
        return Step(replace(draft, asked=""), asked, (number, heard.text.strip()))
    if heard.unread and not (heard.text or heard.files or heard.point):
        return Step(draft, "unread")
    again = bool(heard.album) and heard.album == draft.album and not heard.text
    merged = _merged(replace(draft, album=heard.album), heard)
    return Step(merged, "silent" if again else "")


def _pressed(draft: Draft, press: str) -> Step:
    if not _PRESS.fullmatch(press):
        return Step(draft, "stale")
    what, *values = press.split(":")
    if what in {"rate", "help", "list"}:
        return Step(draft, what, tuple(values))
    if what in {"reply", "dispute"} and values:
        return Step(replace(draft, asked=press), "ask", tuple(values))
    if what == "cancel":
        return Step(Draft(), "cancel")
    return _pressed_in(draft, what, values) if draft.begun else Step(draft, "stale")


def _pressed_in(draft: Draft, what: str, values: list[str]) -> Step:
    """Take a button that belongs to a draft."""
    if what == "nowhere":
        return Step(replace(draft, place="unknown"))
    if what == "topic" and values:
        topic = values[0] if values[0] in draft.offered else ""
        return Step(replace(draft, topic=topic, settled=True))
    if what == "public":
        return Step(replace(draft, public=not draft.public))
    return Step(draft, "send") if what == "send" and not missing(draft) else Step(draft, "stale")


def _merged(draft: Draft, heard: Heard) -> Draft:
    text = heard.text.strip()
    if heard.point is not None:
        lat, lon = heard.point
        draft = replace(draft, place="pin", lat=lat, lon=lon, address="")
    if not text:
        return draft
    if draft.asked == "place" and heard.point is None and not draft.place:
        if text.lower().strip(" .!") in NOWHERE:
            return replace(draft, place="unknown")
        return replace(draft, place="address", address=" ".join(text.split())[:300])
    joined = f"{draft.text}\n{text}" if draft.text else text
    return replace(draft, text=joined, offered=() if not draft.settled else draft.offered)


def missing(draft: Draft) -> str:
    """Return the next thing to ask for; nothing when all is there."""
    if not any(map(str.isalnum, draft.text)):
        return "text"
    if not draft.place:
        return "place"
    return "" if draft.settled else "topic"


def rating_asked(number: str, result: str = "") -> tuple[Button, ...]:
    """Return the buttons that rate: first the result, then the answer."""
    if not result:
        return (
            Button("solved", f"rate:{number}:5"), Button("partly", f"rate:{number}:3"),
            Button("unsolved", f"rate:{number}:1"),
        )  # fmt: skip
    return tuple(Button("★" * star, f"rate:{number}:{result}:{star}") for star in STARS)


def stars(values: tuple[str, ...]) -> tuple[str, int, int] | None:
    """Read what a rating button says: number, result, answer (0 while not asked); None if odd."""
    number, *given = values
    if not 0 < len(given) <= 2 or not all(each in "12345" and each for each in given):  # noqa: PLR2004
        return None
    result, *answer = map(int, given)
    return number, result, answer[0] if answer else 0


def wait(tries: int) -> timedelta:
    """Return the pause after so many failures in a row: twice as long each time, to ten minutes."""
    return min(LONGEST_WAIT, FIRST_WAIT * float(1 << min(tries, 12)))


def filled(template: str, values: Mapping[str, str]) -> str:
    """Put values into {marks}; a line whose marks are all empty is left out."""
    lines = []
    for line in template.splitlines():
        marks = [name for name in re.findall(r"\{(\w+)\}", line) if name in values]
        if not marks or any(values[name] for name in marks):
            lines.append(re.sub(r"\{(\w+)\}", lambda mark: values.get(mark[1], mark[0]), line))
    return "\n".join(lines).strip()[:LONGEST_SAID]


def short(text: str, longest: int) -> str:
    """Return a text cut at the end of a sentence, or of a word, within a length."""
    text = text.strip()
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    ends = [match.end() for match in re.finditer(r"[.!?…](?=\s)", cut)]
    if ends and ends[-1] > longest // 2:
        return cut[: ends[-1]]
    return f"{cut.rsplit(None, 1)[0]}…"
