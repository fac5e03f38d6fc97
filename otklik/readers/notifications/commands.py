"""The verbs of letters: try one, note what came of it, decline and accept them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.chats import outbound as chats
from otklik.flow.channels.email import outbound as email
from otklik.flow.channels.push import outbound as push
from otklik.flow.channels.push.rules import way_of
from otklik.flow.channels.sms import outbound as sms
from otklik.flow.channels.sms.rules import CLAIM, GIVEN_UP, wait
from otklik.flow.channels.social import outbound as social
from otklik.flow.channels.ways import clockwork
from otklik.ground.kit.memo import forget
from otklik.ground.territories.queries import region
from otklik.journal.writing import command, record
from otklik.readers.notifications import choosing, marks, texts
from otklik.readers.notifications.events import (
    LetterRefused,
    LetterSent,
    NoticesChosen,
    TextEdited,
)
from otklik.readers.notifications.models import Choice, Delivery, Habit, Silence, Unread
from otklik.readers.notifications.queries import composed, pushed
from otklik.readers.notifications.rules import TOLD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime, time

    from otklik.flow.intake.models import Report
    from otklik.ground.accounts.models import Official, Person
    from otklik.readers.notifications.queries import Composed

SYSTEM = "system"
FACTS: dict[Outcome | None, type[LetterSent | LetterRefused]] = {
    Outcome.DELIVERED: LetterSent, Outcome.REFUSED: LetterRefused,
}  # fmt: skip


def deliver(delivery_id: int, *, now: datetime) -> Delivery | None:
    """Try a waiting letter once; None if it is not its time or another is trying."""
    delivery = _claim(delivery_id, now=now)
    if delivery is None:
        return None
    quiet = choosing.quiet_of(delivery, now)
    if quiet is not None:
        _postpone(delivery.pk, quiet)
        return None
    way, send = _way(delivery, now)
    if send is None:
        return note(delivery.pk, None, now=now)
    until = clockwork.shut_until(way, now)
    if until is not None:
        _postpone(delivery.pk, until)
        return None
    sent = send()
    clockwork.note(way, sent, now)
    return note(delivery.pk, sent, now=now)


def _way(delivery: Delivery, now: datetime) -> tuple[str, Callable[[], Sent] | None]:
    """Return which way a notice goes and what sends it; nothing where nobody is to be told."""
    if delivery.channel == Delivery.Channel.PUSH:
        pair = pushed(delivery)
        if pair is None:
            return "", None
        device, notice = pair
        return way_of(device.endpoint), lambda: push.send(notice, device, now=now)
    found = composed(delivery)
    if found is None:
        return "", None
    return found.way, lambda: _try(delivery, found)


@command
def _postpone(delivery_id: int, until: datetime) -> None:
    """Wait for a way that is shut without trying it."""
    Delivery.objects.filter(pk=delivery_id).update(tries=F("tries") - 1, next_at=until)


def _try(delivery: Delivery, found: Composed) -> Sent:
    if delivery.channel == Delivery.Channel.SMS:
        return sms.sender().send(found.letter.text, found.address)
    if delivery.channel == Delivery.Channel.CHAT:
        kind, _, key = found.address.partition(":")
        once = 2 * delivery.pk + 1  # words of dialogues have the even ones
        if kind == "mention":
            return social.send(found.letter.text, int(key), once)
        return chats.send(found.letter.text, found.buttons, int(key), once)
    return email.send(found.letter, found.address)


@command
def read(person: Person, report: Report) -> None:
    """Note that a person looked at their message: its news are news no more."""
    Unread.objects.filter(person=person, report=report).delete()


@command
def _claim(delivery_id: int, *, now: datetime) -> Delivery | None:
    waiting = Delivery.objects.select_for_update(skip_locked=True, no_key=True)
    delivery = waiting.filter(pk=delivery_id, state="queued", next_at__lte=now).first()
    if delivery is not None:
        delivery.tries += 1
        delivery.next_at = delivery.changed_at = now + CLAIM
        delivery.save(update_fields=["tries", "next_at", "changed_at"])
    return delivery


@command
def claim_of_day(person_id: int, *, now: datetime) -> list[Delivery]:
    """Take what waits for a person's letter of the day: two never send it at once."""
    waiting = Delivery.objects.select_for_update(skip_locked=True, no_key=True)
    found = list(
        waiting.filter(person=person_id, state="gathered", next_at__lte=now).order_by("pk")
    )
    for each in found:
        each.tries, each.next_at, each.changed_at = each.tries + 1, now + CLAIM, now
    Delivery.objects.bulk_update(found, ["tries", "next_at", "changed_at"])
    return found


@command
def note(delivery_id: int, sent: Sent | None, *, now: datetime) -> Delivery:
    """Write down what came of a try."""
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
    outcome = sent.outcome if sent else None
    if outcome == Outcome.RETRY and now - delivery.created_at > GIVEN_UP:
        outcome = Outcome.REFUSED
    if outcome == Outcome.RETRY:
        delivery.next_at = now + wait(delivery.tries)
    else:
        delivery.state = {
            None: Delivery.State.DROPPED, Outcome.DELIVERED: Delivery.State.DELIVERED,
            Outcome.REFUSED: Delivery.State.REFUSED,
        }[outcome]  # fmt: skip
    delivery.note, delivery.changed_at = (sent.note[:300] if sent else ""), now
    delivery.save()
    _tell(delivery, outcome, now)
    return delivery


def _tell(delivery: Delivery, outcome: Outcome | None, now: datetime) -> None:
    """Leave in the history of a case that its author was told what is owed to them, or was not."""
    if outcome not in FACTS:
        return
    if TOLD[delivery.kind].owed and delivery.whom.startswith("report:"):
        record(
            FACTS[outcome](
                region=delivery.region_id, subject=delivery.subject, actor=SYSTEM, at=now,
                delivery=delivery.pk, about=delivery.kind, channel=delivery.channel,
            )
        )  # fmt: skip


@command
def choose(
    person: Person, wanted: Collection[str], *, quiet: bool, quiet_from: time, quiet_to: time,
    digest: bool, now: datetime,
) -> None:  # fmt: skip
    """Keep what a person wants to hear, by which doors (`event:door`) and when.

    Only what differs from the data is kept: who chose nothing follows a change of them.
    """
    Choice.objects.filter(person=person).delete()
    Choice.objects.bulk_create(
        Choice(region=region(), person=person, event=row.code, door=cell.door,
               wanted=f"{row.code}:{cell.door}" in wanted)
        for row in choosing.table(person, "ru")
        for cell in row.cells
        if cell.there and not cell.fixed and cell.on != (f"{row.code}:{cell.door}" in wanted)
    )  # fmt: skip
    Habit.objects.update_or_create(
        region=region(), person=person,
        defaults={"quiet": quiet, "quiet_from": quiet_from, "quiet_to": quiet_to,
                  "digest": digest},
    )  # fmt: skip
    record(NoticesChosen(region=region().pk, subject=person.ref, actor=person.ref, at=now))


@command
def edit_text(
    kind: str, code: str, words: Mapping[str, str], *, by: Official, now: datetime
) -> str:
    """Change the words of a notice, the former ones stay in its history; return what is wrong."""
    found = texts.line(kind, code)
    told = {name: words.get(name, "").replace("\r\n", "\n").strip() for name in texts.FIELDS}
    if found is None or not told["title_ru"]:
        return "Напишите тему по-русски"
    if kind == marks.LETTERS and not told["hint_ru"]:
        return "Напишите текст письма по-русски"
    longest = max(len(told["title_ru"]), len(told["title_en"]))
    if longest > marks.LONGEST_SMS_TEXT:
        return f"Строка длинна: {longest} знаков, можно {marks.LONGEST_SMS_TEXT}"
    if wrong := marks.problem(kind, code, told):
        return wrong
    for name, value in told.items():
        setattr(found, name, value)
    found.save()
    forget()
    record(TextEdited(region=found.region_id, subject=f"text:{kind}.{code}", actor=by.ref, at=now))
    return ""


@command
def decline(print_: str, *, off: bool, now: datetime) -> None:
    """Stop letters that nobody owes to an address, or let them come again."""
    if off:
        Silence.objects.get_or_create(region=region(), print=print_, defaults={"at": now})
    else:
        Silence.objects.filter(region=region(), print=print_).delete()
