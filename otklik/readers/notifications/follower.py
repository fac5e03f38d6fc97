"""On hearing of what people wait for, queue a letter or a text message to each, once a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from otklik.journal.following import follower
from otklik.readers.notifications import choosing, jobs, queries, rules
from otklik.readers.notifications.models import Choice, Delivery, Habit, Unread

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.journal.reading import Entry

PORTION = 50


FORGOTTEN = "person.forgotten"


@follower("notifications", kinds=frozenset({*rules.TOLD, FORGOTTEN}))
def tell(entries: Sequence[Entry]) -> None:
    """Queue in the transaction that moves the cursor: each exactly once, with its job."""
    now = timezone.now()
    heard = [
        each for each in entries
        if each.region == settings.REGION and each.kind in rules.TOLD
        and rules.is_news(each.at, now)
    ]  # fmt: skip
    _forget([each.subject for each in entries if each.kind == FORGOTTEN])
    Delivery.objects.bulk_create(
        (_delivery(each, now) for each in choosing.wanted([*queries.hearers(heard)], now)),
        ignore_conflicts=True,
    )
    _count(heard, now)
    waiting = Delivery.objects.filter(
        entry__in=[each.id for each in heard], state="queued", tries=0, next_at__lte=now
    )
    keys = list(waiting.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), PORTION):
        jobs.deliver.defer(delivery_ids=keys[start : start + PORTION])


def _delivery(one: choosing.Wanted, now: datetime) -> Delivery:
    state = Delivery.State.GATHERED if one.gathered else Delivery.State.QUEUED
    return Delivery(
        region_id=settings.REGION, entry=one.entry.id, kind=one.entry.kind,
        subject=one.entry.subject, data=one.entry.data, whom=one.whom, channel=one.channel,
        person_id=one.person, state=state, next_at=one.next_at or now, created_at=now,
        changed_at=now,
    )  # fmt: skip


def _forget(gone: Sequence[str]) -> None:
    """Let nothing lead to those who were forgotten; that letters went stays, to nobody."""
    people = [int(ref.removeprefix("person:")) for ref in gone]
    for known in (Unread, Choice, Habit):
        known.objects.filter(person__in=people).delete()
    own = Delivery.objects.filter(person__in=people)
    own.filter(state=Delivery.State.GATHERED).update(state=Delivery.State.DROPPED)
    own.update(person=None)


def _count(heard: Sequence[Entry], now: datetime) -> None:
    """Make the messages of these facts unread to those who wrote them."""
    wrote = queries.authors({each.data["report"] for each in queries.cases_among(heard)})
    Unread.objects.bulk_create(
        (
            Unread(region_id=settings.REGION, person_id=person, report_id=report, at=now)
            for report, person in wrote.items()
        ),
        ignore_conflicts=True,
    )
