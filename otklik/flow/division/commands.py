"""Divide a message: each further matter becomes a message of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.commands import keep_note, locked, tell
from otklik.flow.channels.chats.commands import follow_in_talk
from otklik.flow.division import events, rules
from otklik.flow.division.models import Part
from otklik.flow.division.queries import KEPT
from otklik.flow.intake.commands import part_off
from otklik.flow.intake.queries import limits
from otklik.flow.regimes.commands import bar
from otklik.flow.regimes.queries import targets_of
from otklik.flow.triage.commands import place_by_hand
from otklik.journal.writing import command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.topics.models import Topic


@dataclass(frozen=True)
class NewPart:
    """A matter to deal with apart: the author's words on it, its topic, which photos show it."""

    text: str
    topic: Topic
    photos: Sequence[str] = ()


@command
def divide_message(
    number: str, *, kept: str, parts: Sequence[NewPart], by: Official, now: datetime
) -> list[Case]:
    """Give each further matter of a message its own number, body and clock; tell the author.

    The author's words stay whole where they were written; the clock of a part counts from when the
    message was registered: nobody loses days by being divided.
    """
    source = locked(number)
    case_rules.step(source.status, "divide", source.regime)
    known, kept = source.parts.count(), kept.strip()
    words = [each.text.strip() for each in parts]
    rules.check_division(kept, words, known=known, longest=limits().text)
    keep_note(source, KEPT, kept, by.ref, now, to_author=True)
    source.updated_at = now
    source.save(update_fields=["updated_at"])
    return [
        _take_out(source, part, f"part:{number}:{place}", by, now)
        for place, part in enumerate(parts, known + 1)
    ]


def _take_out(source: Case, part: NewPart, key: str, by: Official, now: datetime) -> Case:
    made = part_off(source.report, part.text.strip(), key=key, photos=part.photos, now=now)
    for target in targets_of(source.report_id):
        bar(made, target, by=by.ref, now=now)
    follow_in_talk(made, source.report, now=now)
    since = source.registered_at
    why = f"выделено из № {source.spoken}"
    if since is not None:
        why += f", срок с {timezone.localtime(since):%d.%m.%Y %H:%M}"
    case = place_by_hand(
        made, topic=part.topic, territory=source.territory, since=since, why=why, by=by, now=now
    )
    Part.objects.create(region=source.region, case=case, source=source, by=by, at=now)
    tell(case, events.CaseTakenOut, by.ref, now, source=source.number)
    tell(source, events.CaseDivided, by.ref, now, into=case.number)
    return case
