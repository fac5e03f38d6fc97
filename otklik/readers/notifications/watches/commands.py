"""The verbs of subscriptions: ask, begin, end, tell what is new."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.flow.channels.base import Outcome
from otklik.flow.channels.email import outbound as email
from otklik.flow.channels.sms.rules import CLAIM, wait
from otklik.flow.channels.ways import clockwork
from otklik.ground.kit.sealing import email_print
from otklik.ground.territories.queries import region
from otklik.journal import reading
from otklik.journal.writing import command, record
from otklik.readers.notifications.watches import events, jobs, queries, wording
from otklik.readers.notifications.watches.models import NewsWatch
from otklik.readers.notifications.watches.rules import Refused

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from otklik.flow.cases.models import Case
    from otklik.flow.channels.base import Sent
    from otklik.ground.accounts.models import Person
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

EMAIL = "email"


@command
def ask_watch(
    *, person: Person | None, address: str, topic: Topic | None = None,
    territory: Territory | None = None, area: dict[str, Any] | None = None,
    case: Case | None = None, language: str, now: datetime,
) -> NewsWatch:  # fmt: skip
    """Keep a subscription; a guest's waits for a press in the letter that goes to its address.

    Whoever is signed in and whose address it is need not be asked.
    """
    print_, here = email_print(address), region()
    known = NewsWatch.objects.filter(region=here, email_print=print_)
    same = known.filter(topic=topic, territory=territory, case=case)
    for each in same:
        if each.area == (area or {}):
            return _invited(each, now)
    if known.count() >= queries.watch_rules().most:
        raise Refused("email", "Слишком много подписок на этот адрес: уберите лишние",
                      "Too many subscriptions of this address: end some")  # fmt: skip
    own = person is not None and person.email.lower() == address.lower()
    made = NewsWatch.objects.create(
        region=here, person=person if own else None, email=address, language=language,
        token=secrets.token_urlsafe(18), topic=topic, territory=territory, case=case,
        area=area or {}, position=reading.head(), next_at=queries.next_letter(now),
        confirmed_at=now if own else None, made_at=now,
    )  # fmt: skip
    by = person.ref if own and person else "anonymous"
    kind = events.WatchBegun if own else events.WatchAsked
    record(kind(region=here.pk, subject=made.ref, actor=by, at=now))
    return made if own else _invited(made, now)


def _invited(watch: NewsWatch, now: datetime) -> NewsWatch:
    """Let a letter go that asks the owner of the address; once an hour, whoever presses."""
    if watch.confirmed_at is None and (watch.tries == 0 or watch.next_at < now):
        watch.tries, watch.next_at = 1, now + timedelta(hours=1)
        watch.save(update_fields=["tries", "next_at"])
        jobs.invite.defer(watch_id=watch.pk)
    return watch


@command
def begin_watch(token: str, *, now: datetime) -> NewsWatch:
    """Begin a subscription on the word of who reads its letters."""
    watch = NewsWatch.objects.select_for_update().get(region=region(), token=token)
    if watch.confirmed_at is None:
        watch.confirmed_at, watch.tries = now, 0
        watch.position, watch.next_at = reading.head(), queries.next_letter(now)
        watch.save()
        record(events.WatchBegun(region=watch.region_id, subject=watch.ref, actor="anonymous",
                                 at=now))  # fmt: skip
    return watch


@command
def end_watch(token: str, *, by: str = "anonymous", now: datetime) -> None:
    """End a subscription and forget its address; nothing for one that is over."""
    for watch in NewsWatch.objects.select_for_update().filter(region=region(), token=token):
        _end(watch, by, now)


@command
def end_all(print_: str, *, now: datetime) -> int:
    """End all subscriptions of an address."""
    found = list(NewsWatch.objects.select_for_update().filter(region=region(), email_print=print_))
    for watch in found:
        _end(watch, "anonymous", now)
    return len(found)


def _end(watch: NewsWatch, by: str, now: datetime) -> None:
    record(events.WatchEnded(region=watch.region_id, subject=watch.ref, actor=by, at=now))
    watch.delete()


def tell_due(*, now: datetime) -> int:
    """Send what is new to those whose hour came: one letter an address; return how many."""
    prints = queries.due(now)
    for print_ in prints:
        _tell(print_, now=now)
    return len(prints)


def _tell(print_: str, *, now: datetime) -> None:
    if clockwork.shut_until(EMAIL, now) is not None:
        return
    head = reading.head()
    watches = _claim(print_, now=now)
    news = queries.news_for(watches)
    if not news:
        _heard([each.pk for each in watches], head, None, now=now)
        return
    sent = email.send(wording.letter(news), watches[0].email)
    clockwork.note(EMAIL, sent, now)
    _heard([each.pk for each in watches], head, sent, now=now)


@command
def _claim(print_: str, *, now: datetime) -> list[NewsWatch]:
    """Take the subscriptions of one address: two never write to it at once."""
    waiting = NewsWatch.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    found = list(
        waiting.filter(
            region=region(), email_print=print_, confirmed_at__isnull=False, next_at__lte=now
        ).select_related("case")
    )
    NewsWatch.objects.filter(pk__in=[each.pk for each in found]).update(next_at=now + CLAIM)
    return found


@command
def _heard(keys: list[int], head: int, sent: Sent | None, *, now: datetime) -> None:
    """Move those who heard to here; a dead way is tried again, a dead address is let go."""
    found = NewsWatch.objects.filter(pk__in=keys)
    if sent is None or sent.outcome == Outcome.DELIVERED:
        found.update(position=head, next_at=queries.next_letter(now), tries=0)
    elif sent.outcome == Outcome.RETRY:
        for watch in found:
            watch.tries += 1
            watch.next_at = now + wait(watch.tries)
            watch.save(update_fields=["tries", "next_at"])
    else:
        for watch in found:
            _end(watch, "system", now)


@command
def drop_unconfirmed(*, now: datetime) -> int:
    """Forget addresses whose owners never said yes."""
    since = now - timedelta(days=queries.watch_rules().confirm_days)
    return NewsWatch.objects.filter(region=region(), confirmed_at=None, made_at__lt=since).delete()[
        0
    ]
