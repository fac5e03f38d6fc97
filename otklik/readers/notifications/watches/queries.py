"""Reading subscriptions, and what is new for each since it was told last."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import F

from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import public_cases
from otklik.flow.channels.push.queries import devices_by_person
from otklik.flow.problems.queries import public_problems
from otklik.ground.kit import signing
from otklik.ground.territories.queries import region, set_by
from otklik.ground.topics.queries import topics
from otklik.journal.reading import of_kinds
from otklik.readers.notifications.rules import clock, next_at
from otklik.readers.notifications.watches.models import NewsWatch
from otklik.readers.notifications.watches.rules import WatchRules, covers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.flow.problems.models import Problem
    from otklik.ground.accounts.models import Person
    from otklik.journal.reading import Entry

AT_ONCE = 200
MOST = 20_000
"""Of one kind since the last letter: two days of a storm."""
SALT, YEARS = "watches", 5 * 366 * 86_400
SHOWN = ("case.registered", "case.shown")
DECLARED = ("outage", "planned")
MOVED = (
    "case.registered", "case.started", "case.extended", "case.redirected", "case.answered",
    "case.answered_interim", "case.disputed", "case.reopened", "case.closed",
)  # fmt: skip


@dataclass
class News:
    """What one subscription hears."""

    watch: NewsWatch
    problems: list[Problem] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.problems or self.cases)


def watch_rules() -> WatchRules:
    """Return what the administrator set."""
    return set_by("watches", WatchRules)


def next_letter(now: datetime) -> datetime:
    """Return when the next letter goes, by the region's own clock."""
    at = clock(watch_rules().digest_at) or clock(WatchRules().digest_at)
    local = now.astimezone(ZoneInfo(region().time_zone))
    return next_at(local, at) if at else now


def watch_by(token: str) -> NewsWatch | None:
    """Return a subscription by its letters' token."""
    found = NewsWatch.objects.filter(region=region(), token=token)
    return found.select_related("territory", "topic", "case").first()


def watches_of(person: Person) -> list[NewsWatch]:
    """Return what a person is subscribed to."""
    found = NewsWatch.objects.filter(region=region(), person=person)
    return list(found.select_related("territory", "topic", "case"))


def unconfirmed(watch_id: int) -> NewsWatch | None:
    """Return a subscription whose address was not confirmed yet."""
    found = NewsWatch.objects.filter(pk=watch_id, confirmed_at=None)
    return found.select_related("territory", "topic", "case").first()


def due(now: datetime) -> list[str]:
    """Return the prints of addresses whose letter should have gone by now."""
    found = NewsWatch.objects.filter(region=region(), confirmed_at__isnull=False, next_at__lte=now)
    return list(
        found.order_by("email_print").values_list("email_print", flat=True).distinct()[:AT_ONCE]
    )


def off_path(print_: str) -> str:
    """Return the page that ends all subscriptions of an address by one press."""
    return f"/watch/off/{signing.sign(print_, SALT)}/"


def print_of(token: str) -> str | None:
    """Return the print of an address that a link of a letter carries."""
    return signing.unsign(token, SALT, YEARS)


def news_for(watches: Sequence[NewsWatch]) -> list[News]:
    """Return what is new for each of these since it heard last: a few reads for all of them."""
    since = min((each.position for each in watches), default=0)
    followed = {each.case.ref for each in watches if each.case}
    shown = _last(of_kinds(SHOWN).filter(data__shown=True), since)
    moved = _last(of_kinds(MOVED).filter(subject__in=followed), since)
    works = _last(of_kinds({"problem.opened"}), since)
    opened = {int(ref.removeprefix("problem:")): position for ref, position in works.items()}
    numbers = [ref.removeprefix("case:") for ref in {*shown, *followed}]
    cases = list(public_cases().filter(number__in=numbers))
    problems = list(public_problems().filter(pk__in=opened, kind__in=DECLARED))
    return [
        found for each in watches
        if (found := _news(each, cases, problems, shown, moved, opened))
    ]  # fmt: skip


def devices_of_watchers(reports: Collection[int]) -> dict[int, list[int]]:
    """Return the devices of those who follow others' public messages, by message."""
    if not reports:
        return {}
    found = NewsWatch.objects.filter(
        region=region(), case__report__in=reports, case__public=True, case__closed_contour=False,
        confirmed_at__isnull=False, person__isnull=False,
    ).exclude(case__report__author=F("person"))  # fmt: skip
    pairs = list(found.values_list("case__report_id", "person_id"))
    owned = devices_by_person({person for _report, person in pairs if person}) if pairs else {}
    told: dict[int, list[int]] = {}
    for report, person in pairs:
        told.setdefault(report, []).extend(owned.get(person or 0, []))
    return told


def follows(person_id: int, case: Case) -> bool:
    """Tell whether a person follows a message that everybody may see."""
    if not case.public or case.closed_contour:
        return False
    found = NewsWatch.objects.filter(case=case, person=person_id, confirmed_at__isnull=False)
    return found.exists()


def _last(facts: QuerySet[Entry], since: int) -> dict[str, int]:
    """Return what these facts are about, each with the position of its last one."""
    newest = facts.filter(position__gt=since).order_by("-position")[:MOST]
    found: dict[str, int] = {}
    for subject, position in newest.values_list("subject", "position"):
        found.setdefault(subject, position or 0)
    return found


def _news(
    watch: NewsWatch, cases: Iterable[Case], problems: Iterable[Problem], shown: dict[str, int],
    moved: dict[str, int], opened: dict[int, int],
) -> News:  # fmt: skip
    if watch.case_id:
        mine = [c for c in cases if c.pk == watch.case_id and moved.get(c.ref, 0) > watch.position]
        return News(watch, cases=mine)
    listed = watch_rules().listed
    near = [
        each for each in cases
        if shown.get(each.ref, 0) > watch.position and _covers(watch, each)
    ]  # fmt: skip
    works = [p for p in problems if opened[p.pk] > watch.position and _covers_works(watch, p)]
    return News(watch, works, near[:listed], max(0, len(near) - listed))


def _on_topic(watch: NewsWatch, topic_id: int | None) -> bool:
    wanted = topics().by_id.get(watch.topic_id or 0)
    return wanted is None or topic_id in topics().under(wanted)


def _covers(watch: NewsWatch, case: Case) -> bool:
    if not _on_topic(watch, case.topic_id):
        return False
    if watch.area:
        return covers(watch.area, case.lat, case.lon)
    return watch.territory_id is None or case.territory_id == watch.territory_id


def _covers_works(watch: NewsWatch, problem: Problem) -> bool:
    """Tell whether an outage touches a subscription: its circle, or its whole municipality."""
    if not _on_topic(watch, problem.topic_id):
        return False
    if watch.area and problem.radius_m and problem.lat is not None:
        return covers(watch.area, problem.lat, problem.lon, problem.radius_m)
    return watch.territory_id is None or problem.territory_id == watch.territory_id
