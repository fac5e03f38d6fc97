"""Reading subscriptions: whose they are, what waits, what a message says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q

from otklik.flow.cases.queries import public_cases
from otklik.ground.accounts.queries import powers_of
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import region
from otklik.readers.webhooks import rules
from otklik.readers.webhooks.models import Message, Subscription

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation

EDIT = "edit_webhooks"


def bodies_with_subscriptions(official: Official) -> list[Organisation]:
    """Return the bodies whose subscriptions an official edits."""
    powers = powers_of(official)
    known = sorted(organisations().values(), key=lambda each: each.short_ru)
    if powers.everywhere(EDIT):
        return known
    mine = {pk for grant in powers.granting(EDIT) for pk in grant.organisations or ()}
    return [each for each in known if each.pk in mine]


def edits_all(official: Official) -> bool:
    """Tell whether an official edits the region's own subscriptions too."""
    return powers_of(official).everywhere(EDIT)


def subscriptions_of(official: Official) -> QuerySet[Subscription]:
    """Return the subscriptions an official edits, with how many messages wait."""
    found = Subscription.objects.filter(region=region()).select_related("organisation")
    if not edits_all(official):
        bodies = [each.pk for each in bodies_with_subscriptions(official)]
        found = found.filter(organisation__in=bodies)
    return found.annotate(waiting=Count("messages", filter=Q(messages__state="queued")))


def log_of(subscription: Subscription, state: str = "") -> QuerySet[Message]:
    """Return a subscription's messages, newest first."""
    found = Message.objects.filter(subscription=subscription).order_by("-entry")
    return found.filter(state=state) if state in Message.State.values else found


def due(now: datetime) -> list[int]:
    """Return the subscriptions with something to send whose time has come."""
    waits = Message.objects.filter(subscription=OuterRef("pk"), state="queued")
    ready = Subscription.objects.filter(Exists(waits), active=True, next_at__lte=now)
    return list(ready.values_list("pk", flat=True))


def doors(now: datetime) -> dict[str, int]:
    """Return, for whoever watches: how many messages wait and how many doors are shut."""
    waiting = Message.objects.filter(state="queued", subscription__active=True).count()
    shut = Subscription.objects.filter(failing_since__lt=now).count()
    return {"waiting": waiting, "failing": shut}


def public_numbers(numbers: Collection[str]) -> set[str]:
    """Return those of the cases that everybody may see."""
    return set(public_cases().filter(number__in=numbers).values_list("number", flat=True))


def body_of(message: Message) -> str:
    """Return what is sent: the same at every try, but for a case that was hidden meanwhile."""
    said: dict[str, Any] = {
        "type": message.kind, "timestamp": message.at.isoformat(timespec="milliseconds"),
        "data": {"number": message.number},
    }  # fmt: skip
    if message.kind != rules.HIDDEN and public_numbers([message.number]):
        address = f"{settings.SITE_URL}/m/{message.number[:4]}-{message.number[4:]}/"
        said["data"] |= {**message.data, "url": address}
    else:
        said["type"] = rules.HIDDEN
    return json.dumps(said, ensure_ascii=False, sort_keys=True)
