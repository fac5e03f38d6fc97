"""What came with a message besides its words, and what went out about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.timezone import localtime
from django.utils.translation import gettext

from otklik.faces import show
from otklik.flow.channels.peers.queries import forwards_of, told_of
from otklik.ground.topics.queries import questions
from otklik.ground.topics.rules import LISTS
from otklik.readers.notifications.choosing import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.rules import Sight
    from otklik.ground.topics.models import Question
    from otklik.readers.notifications.models import Delivery


def beside(case: Case, sight: Sight) -> dict[str, Any]:
    """Return what stands beside a message on the desk: answers, news, where it was handed over."""
    return {
        "answers": answers(case, sight),
        "news": news(case, sight),
        "links": case.report.extra.get("links") or [],
        "forwards": [(each, told_of(each, "ru")) for each in forwards_of(case)],
    }


def answers(case: Case, sight: Sight) -> list[tuple[str, str]]:
    """Return the questions that were answered with the answers, words masked by the sight."""
    kept: Mapping[str, Any] = case.report.extra.get("answers") or {}
    hint = case.report.topic_hint
    asked = questions().get(hint.code, []) if hint else []
    return [
        (each.title_ru, show.words(_in_words(each, kept[each.code]), sight))
        for each in asked
        if each.code in kept
    ]


def _in_words(question: Question, value: Any) -> str:
    if question.datatype in LISTS:
        names = {each["key"]: each["ru"] for each in question.choices}
        keys: Sequence[str] = value if isinstance(value, list) else [value]
        return ", ".join(str(names.get(key, key)) for key in keys)
    if question.datatype == "datetime":
        return f"{localtime(datetime.fromisoformat(value)):%d.%m.%Y %H:%M}"
    return str(value)


def news(case: Case, sight: Sight) -> list[tuple[datetime, str, str]]:
    """Return what the author wrote by letter later, or a system that brought or took it."""
    return [
        (note.at, show.words(note.text, sight), note.kind)
        for note in case.notes.all()
        if note.kind in {"update", "letter", "peer_news"}
    ]


TONES = {"delivered": "good", "refused": "acute", "dropped": "plain"}


def doors() -> dict[str, str]:
    """Return how the ways to people are called."""
    return {
        "email": gettext("письмо"), "push": gettext("на устройство"), "chat": gettext("чат"),
        "sms": gettext("СМС"),
    }  # fmt: skip


def columns() -> dict[str, str]:
    """Return how the ways head a table."""
    return {
        "email": gettext("Письмо"), "push": gettext("Устройство"), "chat": gettext("Чат"),
        "sms": gettext("СМС"),
    }  # fmt: skip


def delivery(one: Delivery, language: str, *, of: str = "") -> dict[str, Any]:
    """Return what went to whom for the page of what was sent; numbers of other cases stay hidden.

    `of` is the case that an official looks at: of others they see that there are any, no more.
    """
    kind, _, key = one.subject.partition(":")
    mine = kind == "case" and (not of or of == one.subject)
    states = {
        "queued": gettext("ждёт отправки"), "gathered": gettext("ждёт письма за день"),
        "delivered": gettext("отправлено"), "refused": gettext("не принято"),
        "dropped": gettext("не отправлялось: отказ или некому"),
    }  # fmt: skip
    return {
        "event": title_of(one.kind, language), "door": doors()[one.channel], "at": one.changed_at,
        "state": states[one.state], "tone": TONES.get(one.state, "wait"), "tries": one.tries,
        "number": f"{key[:4]}-{key[4:]}" if mine else "",
        "note": one.note if of and one.state in {"queued", "refused"} else "",
        "waits": one.next_at if one.state in {"queued", "gathered"} else None,
    }  # fmt: skip
