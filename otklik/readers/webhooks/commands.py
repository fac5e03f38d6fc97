"""The verbs of subscriptions: keep one, send what waits, send again, forget what is old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.queries import topics
from otklik.journal.writing import command, record
from otklik.readers.webhooks import events, jobs, rules
from otklik.readers.webhooks.models import Message, Subscription
from otklik.readers.webhooks.outbound import send
from otklik.readers.webhooks.queries import bodies_with_subscriptions, edits_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from otklik.ground.accounts.models import Official
    from otklik.readers.webhooks.outbound import Outcome

SYSTEM = "system"
LONGEST_TITLE, LONGEST_URL = 120, 300


@command
def keep_subscription(
    subscription_id: int | None, said: Mapping[str, Any], *, by: Official, now: datetime
) -> Subscription:
    """Make a subscription, or change one; Refused with words for each wrong field."""
    if subscription_id is None:
        kept = Subscription(region=region(), made_at=now, next_at=now)
    else:
        kept = Subscription.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=subscription_id
        )
    errors: dict[str, str] = {}
    _set_owner(kept, said["organisation"], by, errors)
    kept.title, kept.url = " ".join(said["title"].split()), said["url"].strip()
    if not 0 < len(kept.title) <= LONGEST_TITLE:
        errors["title"] = _("Назовите подписку, чтобы узнать её в списке")
    if not _is_address(kept.url):
        errors["url"] = _("Нужен адрес вида https://gorod.ru/hook, без имени и пароля")
    kept.topics = [code for code in said["topics"] if code in topics().by_code]
    kept.territories = [code for code in said["territories"] if code in territories()]
    if errors:
        raise rules.Refused(errors)
    if said["active"] == "on" and not kept.active:
        kept.tries, kept.failing_since, kept.next_at = 0, None, now
    kept.active = said["active"] == "on"
    kept.save()
    _tell(kept, events.SubscriptionKept, by.ref, now, active=kept.active)
    jobs.deliver.defer(subscription_id=kept.pk)
    return kept


def _set_owner(kept: Subscription, code: str, by: Official, errors: dict[str, str]) -> None:
    body = next((each for each in bodies_with_subscriptions(by) if each.code == code), None)
    if body is None and not (code == "" and edits_all(by)):
        errors["organisation"] = _("Выберите организацию")
    kept.organisation = body


def _is_address(url: str) -> bool:
    try:
        URLValidator(["http", "https"])(url)
    except ValidationError:
        return False
    return len(url) <= LONGEST_URL and "@" not in urlsplit(url).netloc


@command
def renew_secret(subscription_id: int, *, by: Official, now: datetime) -> Subscription:
    """Give a subscription a new key; the old one signs nothing from now on."""
    kept = Subscription.objects.select_for_update(no_key=True, of=("self",)).get(pk=subscription_id)
    kept.secret = rules.new_secret()
    kept.save()
    _tell(kept, events.SubscriptionKept, by.ref, now, active=kept.active)
    return kept


@command
def replay(
    subscription_id: int, *, since: datetime | None = None, entry: int | None = None,
    by: Official, now: datetime,
) -> int:  # fmt: skip
    """Send again one message, or all that happened since a time; numbers stay the same."""
    kept = Subscription.objects.select_for_update(no_key=True, of=("self",)).get(pk=subscription_id)
    found = kept.messages.filter(state=Message.State.DELIVERED)
    found = found.filter(entry=entry) if entry is not None else found.filter(at__gte=since or now)
    count = found.update(state=Message.State.QUEUED, tries=0, changed_at=now)
    if count:
        _tell(kept, events.SubscriptionReplayed, by.ref, now, count=count)
        jobs.deliver.defer(subscription_id=kept.pk)
    return count


def deliver_all(subscription_id: int, *, now: Callable[[], datetime]) -> int:
    """Send what waits, in the journal's order, until nothing waits or the door is shut."""
    sent = 0
    while (message := _claim(subscription_id, now=now())) is not None:
        if not _note(message.pk, send(message, now()), now=now()):
            break
        sent += 1
    return sent


@command
def _claim(subscription_id: int, *, now: datetime) -> Message | None:
    """Take the first that waits; None if the door is shut or another sends now."""
    ready = Subscription.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    kept = ready.filter(pk=subscription_id, active=True, next_at__lte=now).first()
    if kept is None:
        return None
    message = kept.messages.filter(state=Message.State.QUEUED).order_by("entry").first()
    if message is None:
        return None
    Subscription.objects.filter(pk=kept.pk).update(next_at=now + rules.CLAIM)
    Message.objects.filter(pk=message.pk).update(tries=message.tries + 1)
    message.subscription = kept
    return message


@command
def _note(message_id: int, outcome: Outcome, *, now: datetime) -> bool:
    message = Message.objects.get(pk=message_id)
    kept = Subscription.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=message.subscription_id
    )
    message.note, message.changed_at = outcome.note[:300], now
    if outcome.ok:
        message.state = Message.State.DELIVERED
        kept.tries, kept.failing_since, kept.next_at = 0, None, now
    else:
        kept.tries += 1
        kept.failing_since = kept.failing_since or now
        kept.next_at = now + rules.wait(kept.tries)
        if outcome.gone or now - kept.failing_since > rules.SWITCHED_OFF:
            kept.active = False
            _tell(kept, events.SubscriptionStopped, SYSTEM, now)
    message.save(update_fields=["note", "changed_at", "state"])
    Subscription.objects.filter(pk=kept.pk).update(
        tries=kept.tries, failing_since=kept.failing_since, next_at=kept.next_at,
        active=kept.active,
    )  # fmt: skip
    return outcome.ok


@command
def forget_old(*, now: datetime) -> int:
    """Forget what was delivered so long ago that nobody asks for it again."""
    old = Message.objects.filter(state=Message.State.DELIVERED, changed_at__lt=now - rules.KEPT)
    return old.delete()[0]


def _tell(
    kept: Subscription, kind: type[events.SubscriptionFact], by: str, now: datetime, **more: Any
) -> None:
    record(
        kind(
            region=kept.region_id, subject=f"subscription:{kept.pk}", actor=by, at=now,
            subscription=kept.pk, **more,
        )
    )  # fmt: skip
