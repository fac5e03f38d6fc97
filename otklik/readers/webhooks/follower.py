"""On hearing of a public change, queue a message to each subscription that it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from otklik.flow.cases import events
from otklik.ground.topics.queries import topics
from otklik.journal.following import follower
from otklik.readers.webhooks import jobs, queries, rules
from otklik.readers.webhooks.models import Message, Subscription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry

KINDS = frozenset(
    {
        events.CaseOpened, events.CaseRegistered, events.CaseRejected, events.CaseMerged,
        events.CaseRetopiced, events.CaseAssigned, events.CaseReturned, events.CaseRedirected,
        events.CaseStarted, events.CaseAnswered, events.CaseAnsweredInterim, events.CaseExtended,
        events.CaseOverdue, events.CaseDisputed, events.CaseReopened, events.CaseConfirmed,
        events.CaseClosed, events.CaseWithdrawn, events.CaseSupported, events.CaseShown,
    }
)  # fmt: skip


@follower("webhooks", kinds=KINDS)
def webhooks(entries: Sequence[Entry]) -> None:
    """Queue in the transaction that moves the cursor: each exactly once, in the journal's order."""
    subscriptions = list(Subscription.objects.filter(region=settings.REGION))
    ours = [each for each in entries if each.region == settings.REGION]
    if not subscriptions or not ours:
        return
    public = queries.public_numbers({_number(each) for each in ours})
    for subscription in subscriptions:
        _queue(subscription, ours, public)


def _queue(subscription: Subscription, entries: Sequence[Entry], public: set[str]) -> None:
    now = timezone.now()
    later = [each for each in entries if each.at >= subscription.made_at]
    hidden = {_number(each) for each in later} - public
    known = set(subscription.messages.filter(number__in=hidden).values_list("number", flat=True))
    made = []
    for entry in later:
        number = _number(entry)
        if number in public and _wants(subscription, entry):
            kind, data = entry.kind, rules.told_of(entry.data)
        elif number in known:  # they were told of it: they must hear that it is gone
            kind, data = rules.HIDDEN, {}
        else:
            continue
        made.append(
            Message(
                region_id=subscription.region_id, subscription=subscription,
                entry=entry.position or entry.pk,
                kind=kind, number=number, data=data, at=entry.at, changed_at=now,
            )
        )  # fmt: skip
    Message.objects.bulk_create(made, ignore_conflicts=True)
    if made and subscription.active:
        jobs.deliver.defer(subscription_id=subscription.pk)


def _wants(subscription: Subscription, entry: Entry) -> bool:
    tree, code = topics(), str(entry.data.get("topic") or "")
    path = [each.code for each in tree.path(tree.by_code.get(code))]
    territory = str(entry.data.get("territory") or "")
    return rules.wants(subscription.topics, subscription.territories, path, territory)


def _number(entry: Entry) -> str:
    return entry.subject.removeprefix("case:")
