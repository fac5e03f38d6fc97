"""On hearing of what people wait for, queue a letter or a text message to each, once a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from otklik.journal.following import follower
from otklik.readers.notifications import jobs, queries, rules
from otklik.readers.notifications.models import Delivery, Unread

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
    gone = [each.subject for each in entries if each.kind == FORGOTTEN]
    Unread.objects.filter(person__in=[int(ref.removeprefix("person:")) for ref in gone]).delete()
    Delivery.objects.bulk_create(
        (
            Delivery(
                region_id=settings.REGION, entry=entry.id, kind=entry.kind,
                subject=entry.subject, data=entry.data, whom=whom, channel=channel, next_at=now,
                created_at=now, changed_at=now,
            )
            for entry, whom, channel in queries.hearers(heard)
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    _count(heard, now)
    waiting = Delivery.objects.filter(
        entry__in=[each.id for each in heard], state="queued", tries=0
    )
    keys = list(waiting.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), PORTION):
        jobs.deliver.defer(delivery_ids=keys[start : start + PORTION])


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
