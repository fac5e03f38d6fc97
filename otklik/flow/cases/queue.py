"""The desk's queue: who asks, for what, in which order; its counts and saved filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from otklik.flow.cases import rules
from otklik.flow.cases.models import Case, SavedView
from otklik.flow.cases.queries import LIGHT, RELATED, visible_to
from otklik.flow.intake.queries import found_by, saying
from otklik.flow.intake.rules import spoken_number
from otklik.ground.accounts.bounds import within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import PERSONAL, PLACE
from otklik.ground.kit.text import looks_personal, mask
from otklik.ground.topics.known import with_known
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official
    from otklik.ground.accounts.rules import Powers


@dataclass(frozen=True)
class QueueFilters:
    """How the desk narrows its queue; empty fields narrow nothing.

    `status` may be a code or a group: open, unanswered, overdue, moderation, approval, disputed,
    and what the wall's numbers count: counted, counted_overdue.
    """

    text: str = ""
    status: str = ""
    topic: str = ""
    territory: str = ""
    organisation: str = ""
    channel: str = ""
    mine: bool = False
    urgent: bool = False
    since: datetime | None = None
    until: datetime | None = None
    cell: str = ""
    order: str = "due"


COUNTED = 10_000
"""A longer queue is not counted to its end."""
GROUPS: dict[str, frozenset[str]] = {
    "open": rules.OPEN,
    "unanswered": rules.UNANSWERED,
    "moderation": frozenset({"submitted", "clarification"}),
    "coordination": frozenset({"registered", "coordination", "returned"}),
    "work": rules.WORKING,
    "approval": frozenset({"approval"}),
    "disputed": frozenset({"disputed", "contested"}),
    "final": rules.FINAL,
    "counted": frozenset(rules.STATUSES) - rules.UNCOUNTED,
}
LATE = {"overdue": rules.UNANSWERED, "counted_overdue": rules.UNANSWERED - rules.UNCOUNTED}
"""Past their due time: all that wait for an answer, and those of them that the wall counts."""
ORDERS = {
    "due": ("due", "received_at", "pk"),
    "new": ("-received_at", "-pk"),
    "old": ("received_at", "pk"),
    "changed": ("-updated_at", "-pk"),
    "severity": ("-urgent", "-severity", "due", "pk"),
}


def _asked(official: Official, filters: QueueFilters, now: datetime) -> QuerySet[Case]:
    return visible_to(official).filter(_status(filters.status, now), *_plain(filters, official))


def queue_for(official: Official, filters: QueueFilters, now: datetime) -> QuerySet[Case]:
    """Return the cases that an official may see and asked for, in the order asked for."""
    found = _asked(official, filters, now).select_related(*RELATED).defer(*LIGHT)
    return found.order_by(*ORDERS.get(filters.order, ORDERS["due"]))


def _status(status: str, now: datetime) -> Q:
    if not status:
        return Q()
    if status in LATE:
        return Q(status__in=LATE[status], due__lt=now, paused_at=None)
    return Q(status__in=GROUPS.get(status, {status}))


def _plain(filters: QueueFilters, official: Official) -> Iterable[Q]:  # noqa: C901  (a list of ifs)
    if number := spoken_number(filters.text):
        yield Q(number=number)
    elif filters.text:
        yield _worded(filters.text, powers_of(official))
    if filters.topic:
        topic = topics().by_code.get(filters.topic)
        yield Q(topic__in=topics().under(topic) if topic else ())
    if filters.territory:
        yield Q(territory__code=filters.territory)
    if filters.organisation:
        yield Q(organisation__code=filters.organisation)
    if filters.channel:
        yield Q(report__channel=filters.channel)
    if filters.mine:
        yield Q(executor=official)
    if filters.urgent:
        yield Q(urgent=True)
    if filters.since:
        yield Q(received_at__gte=filters.since)
    if filters.until:
        yield Q(received_at__lt=filters.until)


def _worded(text: str, powers: Powers) -> Q:
    """Return what finds cases by words, by a phone or an address only where these are seen.

    A phone that its asker sees masked must not be found out by searching for it.
    """
    if looks_personal(text) or mask(text) != text:
        openly = within(powers.granting(PERSONAL))
        return openly & (Q(report__text__icontains=text) | found_by(text))
    placed = within([*powers.granting(PERSONAL), *powers.granting(PLACE)])
    nearby = Case.objects.filter(placed, found_by(text)).values("report")
    return Q(report__in=saying(text).values("pk").union(nearby))  # an `or` would use no index


def queue_page(
    official: Official, filters: QueueFilters, now: datetime, since: int, until: int
) -> list[Case]:
    """Return a page of the queue: its keys are sorted first, whole rows are read for them alone."""
    asked = _asked(official, filters, now).order_by(*ORDERS.get(filters.order, ORDERS["due"]))
    keys = list(asked.values_list("pk", flat=True)[since:until])
    whole = {case.pk: with_known(case) for case in Case.objects.filter(pk__in=keys)}
    return [whole[key] for key in keys if key in whole]


def queue_length(official: Official, filters: QueueFilters, now: datetime) -> int:
    """Count the queue up to `COUNTED` and one more: who has more does not leaf to the end."""
    found = _asked(official, filters, now)
    return found.values("pk")[: COUNTED + 1].count()


def counts_for(official: Official, now: datetime) -> dict[str, int]:
    """Return how many cases wait in each group of the queue, in one question by status.

    What is finished waits for nobody: it is most of all cases, and is not counted.
    """
    rows = list(
        visible_to(official)
        .filter(status__in=rules.OPEN)
        .order_by()
        .values_list("status")
        .annotate(
            count_all=Count("report"),
            count_late=Count("report", filter=Q(due__lt=now, paused_at=None)),
            count_mine=Count("report", filter=Q(executor=official)),
        )
    )
    groups = {
        name: sum(count for status, count, _, _ in rows if status in statuses)
        for name, statuses in GROUPS.items()
        if name not in {"final", "counted"}
    }
    waiting = [row for row in rows if row[0] in rules.UNANSWERED]
    return groups | {
        "overdue": sum(row[2] for row in waiting),
        "mine": sum(row[3] for row in waiting),
    }


def views_of(official: Official) -> QuerySet[SavedView]:
    """Return an official's saved filters."""
    return SavedView.objects.filter(official=official)
