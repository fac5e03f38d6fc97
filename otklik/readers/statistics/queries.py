"""Numbers and the lists behind them, from one filter, within an official's powers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import and_
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Aggregate,
    Avg,
    Case,
    CharField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    Value,
    When,
)
from django.db.models.functions import TruncWeek
from django.utils import timezone

from otklik.ground.accounts.bounds import within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import CONTOUR
from otklik.ground.organisations.models import Organisation
from otklik.ground.organisations.queries import organisations, subtree_ids
from otklik.ground.territories.models import Territory
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import topics
from otklik.readers.statistics import rules
from otklik.readers.statistics.models import StatRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official
    from otklik.ground.accounts.rules import Power, Powers
    from otklik.readers.statistics.rules import Measure, Test

SEE = "see_statistics"
WAYS = ("territory", "category", "topic", "organisation", "channel", "week")
DAY = timedelta(days=1)
UNKNOWN = "-"
"""In a filter: where it is not known."""


@dataclass(frozen=True)
class Filters:
    """What is counted: a period and a cut; empty fields narrow nothing.

    `organisation` takes a body with all beneath it, `body` that body alone, `topic` a topic with
    all beneath it.
    """

    since: datetime | None = None
    until: datetime | None = None
    territory: str = ""
    topic: str = ""
    channel: str = ""
    organisation: str = ""
    body: str = ""

    def before(self) -> Filters:
        """Return the same cut over the period of the same length right before."""
        if self.since is None or self.until is None:
            return self
        return replace(self, since=self.since - (self.until - self.since), until=self.since)


class Percentile(Aggregate):
    """A percentile, counted by PostgreSQL."""

    template = "percentile_cont(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    function = "percentile_cont"
    name = "percentile"


# Whose cases.


def _codes(model: Any, ids: Iterable[int]) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.filter(pk__in=ids).values("code")
    return found


def _bounds(grant: Power, body: str) -> Q:
    bounds = Q()
    if grant.organisations is not None:
        bounds &= Q(**{f"{body}__in": _codes(Organisation, grant.organisations)})
    if grant.territories is not None:
        bounds &= Q(territory__in=_codes(Territory, grant.territories))
    if grant.topics is not None:
        bounds &= Q(topic__in=[topics().by_id[pk].code for pk in grant.topics])
    return bounds


def _scope(powers: Powers, body: str) -> Q:
    """Return what an official may count; the closed contour only for its members."""
    closed = Q(topic__in=[code for code, each in topics().by_code.items() if each.closed])
    grants = powers.granting(SEE)
    bound = partial(_bounds, body=body)
    seen = ~closed & within(grants, bound)
    members = [grant for grant in grants if CONTOUR in grant.permissions]
    return seen | (closed & within(members, bound)) if members else seen


def _cut(filters: Filters, body: str) -> Q:
    exact = {"territory": filters.territory, "channel": filters.channel, body: filters.body}
    cut = Q(**{name: _said(code) for name, code in exact.items() if code})
    if filters.topic:
        cut &= _on_topic(filters.topic)
    if filters.organisation:
        cut &= Q(**{f"{body}__in": _bodies_under(filters.organisation)})
    return cut


def _said(code: str) -> str:
    return "" if code == UNKNOWN else code


def _on_topic(code: str) -> Q:
    tree = topics()
    if code == UNKNOWN:
        known = [tree.by_id[pk].code for each in tree.categories for pk in tree.under(each)]
        return ~Q(topic__in=known)
    found = tree.by_code.get(code)
    return Q(topic__in=[tree.by_id[pk].code for pk in tree.under(found)] if found else [code])


def _bodies_under(code: str) -> QuerySet[Any] | list[str]:
    found = organisations().get(code)
    return _codes(Organisation, subtree_ids(found.pk)) if found else [code]


def _rows(official: Official, filters: Filters, body: str) -> QuerySet[StatRow]:
    found = StatRow.objects.filter(region=region())
    return found.filter(_scope(powers_of(official), body) & _cut(filters, body))


# Definitions as filters.


def condition(test: Test, now: datetime) -> Q:
    """Compile one test of a definition."""
    if test.relation == "before_now":
        return Q(**{f"{test.column}__lt": now + test.span})
    if test.relation == "set":
        return Q(**{f"{test.column}__isnull": not test.value})
    if test.relation in {"lte", "gte"}:
        moved: Any = F(test.other) + Value(test.span) if test.span else F(test.other)
        return Q(**{f"{test.column}__{test.relation}": moved})
    ending = {"in": "__in", "is": "", "gt": "__gt"}[test.relation]
    return Q(**{f"{test.column}{ending}": test.value})


def _all(tests: Sequence[Test], now: datetime) -> Q:
    return reduce(and_, (condition(test, now) for test in tests), Q())


def _period(measure: Measure, filters: Filters, now: datetime) -> Q:
    """A moment that is still ahead, such as a term, is not counted yet."""
    if not measure.moment:
        return Q()
    until = min(filters.until, now) if filters.until else now
    within = Q(**{f"{measure.moment}__lt": until})
    if filters.since:
        within &= Q(**{f"{measure.moment}__gte": filters.since})
    return within


def behind(measure: Measure, part: str, filters: Filters, now: datetime) -> Q:
    """Return what puts a case behind a number: the only place that says it."""
    whole = _period(measure, filters, now) & _all(measure.whole, now)
    return whole & _all(measure.part, now) if part == "part" else whole


def cases_behind(
    official: Official, measure: Measure, part: str, filters: Filters, now: datetime
) -> QuerySet[StatRow]:
    """Return the rows that a number counts, newest first."""
    rows = _rows(official, filters, measure.body).filter(behind(measure, part, filters, now))
    return rows.order_by("-received_at", "-report")


# Counting.


def _taken(measure: Measure, within: Q) -> dict[str, Any]:
    if not measure.value:
        return {}
    if len(measure.value) == 1:
        return {"taken": Avg(measure.value[0], filter=within)}
    span = ExpressionWrapper(
        F(measure.value[0]) - F(measure.value[1]), output_field=DurationField()
    )
    return {
        "taken": Percentile(
            span, fraction=measure.decile, filter=within, output_field=DurationField()
        )
    }


def _aggregates(measure: Measure, filters: Filters, now: datetime) -> dict[str, Any]:
    whole = behind(measure, "whole", filters, now)
    found: dict[str, Any] = {"whole": Count("pk", filter=whole), **_taken(measure, whole)}
    if measure.unit == "share":
        found["part"] = Count("pk", filter=behind(measure, "part", filters, now))
    return {f"{measure.code}__{name}": each for name, each in found.items()}


def _value(measure: Measure, line: dict[str, Any]) -> rules.Value:
    taken = line.get(f"{measure.code}__taken")
    number = taken / DAY if isinstance(taken, timedelta) else taken
    return rules.value(
        measure, line[f"{measure.code}__whole"], line.get(f"{measure.code}__part"),
        None if number is None else float(number),
    )  # fmt: skip


def values(
    official: Official, measures: Sequence[Measure], filters: Filters, now: datetime
) -> dict[str, rules.Value]:
    """Return each measure by its code."""
    found: dict[str, rules.Value] = {}
    for body, asked in _by_body(measures).items():
        aggregates: dict[str, Any] = {}
        for measure in asked:
            aggregates |= _aggregates(measure, filters, now)
        line = _rows(official, filters, body).aggregate(**aggregates)
        found |= {measure.code: _value(measure, line) for measure in asked}
    return found


def table(
    official: Official, measures: Sequence[Measure], filters: Filters, by: str, now: datetime
) -> dict[str, dict[str, rules.Value]]:
    """Return each measure of each part of a cut: key of the part → code → value.

    Cut by week, each measure falls into weeks by its own moment.
    """
    found: dict[str, dict[str, rules.Value]] = defaultdict(dict)
    for (body, moment), asked in _by_key(measures, by).items():
        aggregates: dict[str, Any] = {}
        for measure in asked:
            aggregates |= _aggregates(measure, filters, now)
        rows = _rows(official, filters, body).annotate(part_of=_key(by, body, moment))
        for line in rows.values("part_of").annotate(**aggregates).order_by():
            key = line["part_of"]
            name = key.date().isoformat() if isinstance(key, datetime) else (key or UNKNOWN)
            for measure in asked:
                counted = _value(measure, dict(line))
                if counted.whole:
                    found[name][measure.code] = counted
    nothing = {measure.code: rules.value(measure, 0, 0, None) for measure in measures}
    return {name: nothing | counted for name, counted in found.items()}


def _by_body(measures: Sequence[Measure]) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = defaultdict(list)
    for measure in measures:
        found[measure.body].append(measure)
    return found


def _by_key(measures: Sequence[Measure], by: str) -> dict[tuple[str, str], list[Measure]]:
    found: dict[tuple[str, str], list[Measure]] = defaultdict(list)
    for measure in measures:
        if by != "week" or measure.moment:
            found[measure.body, measure.moment if by == "week" else ""].append(measure)
    return found


def _key(by: str, body: str, moment: str) -> Any:
    if by == "organisation":
        return F(body)
    if by == "week":
        return TruncWeek(moment)
    if by == "category":
        tree = topics()
        return Case(
            *(
                When(topic__in=[tree.by_id[pk].code for pk in tree.under(each)], then=Value(code))
                for each in tree.categories
                if (code := each.code)
            ),
            default=Value(UNKNOWN),
            output_field=CharField(),
        )
    return F(by)


# Clusters of repeated complaints.


@dataclass(frozen=True)
class Repeated:
    """Messages on one topic in one municipality that come week after week."""

    topic: str
    territory: str
    messages: int
    weeks: int
    recent: int
    earlier: int
    since: datetime

    @property
    def growing(self) -> bool:
        """Tell whether the later half has clearly more than the earlier."""
        return self.recent >= self.earlier * 1.5


WEEKS, LEAST, STUBBORN = 8, 8, 6


def repeated(official: Official, now: datetime, limit: int = 10) -> list[Repeated]:
    """Return where the same is written about for eight weeks: in six of them, or more and more."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(weeks=WEEKS)
    middle = now - timedelta(weeks=WEEKS // 2)
    rows = _rows(official, Filters(), "organisation").filter(
        received_at__gte=since, received_at__lt=now
    )
    lines = (
        rows.exclude(topic="").exclude(territory="").values("topic", "territory")
        .annotate(
            messages=Count("pk"),
            weeks=Count(TruncWeek("received_at"), distinct=True),
            recent=Count("pk", filter=Q(received_at__gte=middle)),
        )
        .filter(messages__gte=LEAST).order_by("-messages", "topic", "territory")
    )  # fmt: skip
    found = [
        Repeated(**line, earlier=line["messages"] - line["recent"], since=since) for line in lines
    ]
    return [each for each in found if each.weeks >= STUBBORN or each.growing][:limit]


def weekly(official: Official, filters: Filters, now: datetime) -> dict[str, int]:
    """Return how many messages came in each week of the period, empty weeks too."""
    found = table(official, [rules.BY_CODE["received"]], filters, "week", now)
    return {week: line["received"].whole for week, line in sorted(found.items())}


__all__ = [
    "UNKNOWN", "WAYS", "Filters", "Repeated", "cases_behind", "repeated", "table", "values",
    "weekly",
]  # fmt: skip
