"""A turn of a dialogue: what the rules concluded is done by the verbs, and words are chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings

from otklik.flow.cases.commands import clarify_case, dispute_case
from otklik.flow.cases.rules import Refused as CaseRefused
from otklik.flow.channels.chats import queries, rules
from otklik.flow.channels.chats.models import ChatReport
from otklik.flow.channels.chats.rules import Button, Draft, Say, Step
from otklik.flow.correspondence.commands import write_back
from otklik.flow.intake.commands import receive
from otklik.flow.intake.held import taken_up
from otklik.flow.intake.models import Report
from otklik.flow.intake.queries import limits
from otklik.flow.intake.rules import NewReport, Refused, joined, spoken_number
from otklik.flow.rating.commands import rate_answer
from otklik.flow.rating.rules import is_low
from otklik.flow.triage.queries import classify
from otklik.ground.territories.queries import locate, region, territory_at
from otklik.ground.topics.queries import fact, label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from otklik.flow.channels.chats.models import Talk
    from otklik.flow.intake.files import Upload
    from otklik.ground.topics.models import Topic

ANONYMOUS = "anonymous"
OTHER = "other"
SHOWN = 300
"""How much of a text is said back."""


@dataclass
class Turn:
    """One piece being answered: whose, what the rules concluded, which files came with it."""

    talk: Talk
    step: Step
    key: str
    now: datetime
    uploads: Sequence[Upload] = ()

    @property
    def draft(self) -> Draft:
        """The draft after the piece."""
        return self.step.draft

    @property
    def language(self) -> str:
        """The language of the person."""
        return self.talk.language


Result = tuple[Draft, list[Say]]


def take(turn: Turn) -> Result:
    """Do what a piece led to; return the draft as it is then, and what to say."""
    return DEEDS[turn.step.deed](turn)


def _said(code: str) -> Callable[[Turn], Result]:
    def say(turn: Turn) -> Result:
        return turn.draft, [Say(code, {"region": _region(turn.language)})]

    return say


def _silent(turn: Turn) -> Result:
    return turn.draft, []


def _ask_next(turn: Turn) -> Result:
    """Ask for the first thing that is missing, or show all for a last look."""
    draft, said = turn.draft, []
    if draft.lat is not None and draft.lon is not None and not territory_at(draft.lat, draft.lon):
        draft = replace(draft, place="", lat=None, lon=None)
        said.append(Say("outside", {"region": region().genitive_ru or region().title_ru}))
    lacks = rules.missing(draft)
    if lacks == "text":
        code = "ask_text" if draft.begun else "help"
        return replace(draft, asked="text"), [*said, Say(code, {"region": _region(turn.language)})]
    if draft.asked in {"", "text"} and queries.danger_in(draft.text):
        said.append(Say("danger"))
    if lacks == "place":
        buttons = (Button("point", "point"), Button("nowhere", "nowhere"))
        return replace(draft, asked="place"), [*said, Say("ask_place", {}, buttons, ask_point=True)]
    draft, sure = _about(draft)
    if rules.missing(draft) == "topic":
        return draft, [*said, Say("ask_topic", {}, _topics(draft, turn.language))]
    return replace(draft, asked="check"), [*said, _check(draft, sure, turn.language)]


def _about(draft: Draft) -> tuple[Draft, Topic | None]:
    """Settle the topic if the text leaves no doubt, else offer what it may be."""
    said = classify(draft.text)
    sure = said.facts[0].topic if said.certain and said.facts else None
    if draft.settled:
        return draft, fact(draft.topic) if draft.topic else sure
    if sure is not None:
        return replace(draft, settled=True, topic=""), sure
    offered = tuple(each.topic.code for each in said.facts)
    if not offered:
        return replace(draft, settled=True, topic=""), None
    return replace(draft, asked="topic", offered=offered), None


def _topics(draft: Draft, language: str) -> tuple[Button, ...]:
    known = [found for code in draft.offered if (found := fact(code))]
    titles = [(each.title_en or each.title_ru) if language == "en" else each.title_ru
              for each in known]  # fmt: skip
    offered = [Button(t, f"topic:{each.code}") for t, each in zip(titles, known, strict=True)]
    return (*offered, Button(OTHER, f"topic:{OTHER}"))


def _check(draft: Draft, sure: Topic | None, language: str) -> Say:
    topic = (sure.title_en if language == "en" else "") or sure.title_ru if sure else ""
    values = {
        "text": rules.short(draft.text, SHOWN),
        "place": _place(draft, language),
        "topic": topic,
        "files": str(len(draft.files)) if draft.files else "",
    }
    shown = Button("hide" if draft.public else "show", "public")
    return Say("check", values, (Button("send", "send"), shown, Button("cancel", "cancel")))


def _place(draft: Draft, language: str) -> str:
    if draft.place == "unknown":
        return queries.words("place_unknown", language)
    if draft.lat is not None and draft.lon is not None:
        found = territory_at(draft.lat, draft.lon)
        return f"{draft.lat:.5f}, {draft.lon:.5f} ({found.short_ru if found else ''})"
    known = locate(draft.address)
    return known.title if known else draft.address


def _send(turn: Turn) -> Result:
    draft, talk = turn.draft, turn.talk
    new = NewReport(
        text=draft.text, channel=talk.bot.kind, idempotency_key=turn.key, language=turn.language,
        topic=draft.topic, place=draft.place, lat=draft.lat, lon=draft.lon, address=draft.address,
        contact="chat", wants_public=draft.public,
    )  # fmt: skip
    files = taken_up([token for _, token in draft.files], limits())
    try:
        receipt = receive(new, files=files, now=turn.now)
    except Refused as refusal:
        return draft, [_refused(joined(refusal.problems, turn.language))]
    ChatReport.objects.create(
        region=talk.region, talk=talk, report_id=receipt.report_id, at=turn.now
    )
    lost = len(draft.files) - len(files)
    values = {
        "number": receipt.spoken, "secret": receipt.secret, "lost": str(lost) if lost else "",
        "link": f"{settings.SITE_URL}/track/?number={receipt.spoken}",
    }  # fmt: skip
    return Draft(), [Say("sent", values)]


def _refused(why: str) -> Say:
    return Say("refused", {"why": why})


def _list(turn: Turn) -> Result:
    lines = [
        f"{case.spoken}: {label('statuses', case.status, turn.language)}"
        for case in queries.cases_of(turn.talk)
    ]
    if not lines:
        return turn.draft, [Say("list_empty")]
    return turn.draft, [Say("list", {"lines": "\n".join(lines)})]


def _mute(turn: Turn) -> Result:
    turn.talk.muted = turn.step.deed == "mute"
    return turn.draft, [Say("muted" if turn.talk.muted else "unmuted")]


def _own(turn: Turn) -> str:
    """Return the number that a press names if its message was sent here, else nothing."""
    number = spoken_number(turn.step.value[0]) if turn.step.value else None
    return number if number and queries.is_own(turn.talk, number) else ""


def _stale(turn: Turn) -> Result:
    return turn.draft, [Say("stale")]


def _ask(turn: Turn) -> Result:
    asked = turn.draft.asked.partition(":")[0]
    if not _own(turn):
        return replace(turn.draft, asked=""), [Say("stale")]
    return turn.draft, [Say(f"ask_{asked}", {"number": turn.step.value[0]})]


def _reply(turn: Turn) -> Result:
    """Take the author's answer to a question, or why they dispute."""
    number, text = _own(turn), turn.step.value[1]
    if not number:
        return _stale(turn)
    deed = turn.step.deed
    try:
        if deed == "reply" and queries.waits_for_reply(number):
            clarify_case(number, text=text, files=turn.uploads, by=ANONYMOUS, now=turn.now)
        elif deed == "reply":
            deed = "written"
            write_back(number, text=text, files=turn.uploads, by=ANONYMOUS, now=turn.now)
        else:
            dispute_case(number, text=text, by=ANONYMOUS, now=turn.now)
    except CaseRefused as refusal:
        return turn.draft, [_refused(refusal.en if turn.language == "en" else refusal.ru)]
    except Refused as refusal:
        return turn.draft, [_refused(joined(refusal.problems, turn.language))]
    return turn.draft, [Say(f"taken_{deed}", {"number": turn.step.value[0]})]


def _rate(turn: Turn) -> Result:
    said, number = rules.stars(turn.step.value), _own(turn)
    if said is None or not number:
        return _stale(turn)
    given, result, answer = said
    if not answer:
        buttons = rules.rating_asked(given, str(result))
        return turn.draft, [Say("ask_answer", {"number": given}, buttons)]
    try:
        rate_answer(number, answer_score=answer, result_score=result, now=turn.now)
    except CaseRefused as refusal:
        return turn.draft, [_refused(refusal.en if turn.language == "en" else refusal.ru)]
    low = is_low(answer, result) and Report.objects.get(number=number).case.status == "answered"
    buttons = (Button("dispute", f"dispute:{number}"),) if low else ()
    return turn.draft, [Say("rated_low" if low else "rated", {"number": given}, buttons)]


def _region(language: str) -> str:
    return (region().title_en if language == "en" else "") or region().title_ru


DEEDS: dict[str, Callable[[Turn], Result]] = {
    "": _ask_next, "help": _said("help"), "cancel": _said("cancelled"), "unread": _said("unread"),
    "silent": _silent, "stale": _stale, "list": _list, "mute": _mute, "unmute": _mute,
    "send": _send, "ask": _ask, "reply": _reply, "dispute": _reply, "rate": _rate,
}  # fmt: skip
