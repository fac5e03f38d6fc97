"""Reading control: what comes due, how long answers usually take, how deadlines are kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Aggregate, Count, Exists, F, FloatField, OuterRef, Q
from django.db.models.functions import Extract

from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.models import Assignment, Case, ClockEvent
from otklik.flow.cases.queries import cases_of, counted_for
from otklik.flow.control import rules
from otklik.flow.control.models import DutyWatch, Reminder, Watch
from otklik.flow.rating.models import Rating
from otklik.flow.refusals.models import Check
from otklik.ground.kit.memo import remembered
from otklik.ground.organisations.queries import organisations_by_id, working_time_of
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.db.models import QuerySet

    from otklik.flow.amends.models import Duty
    from otklik.ground.accounts.models import Official

ENOUGH = 5
"""So many answers tell what is usual; fewer would tell of one person."""
HALF_YEAR = timedelta(days=182)
DAY_SECONDS = 86_400


def steps_ahead(case: Case) -> list[rules.Step]:
    """Return the steps of the case's policy not yet taken for its present due time, in order.

    Before registration the stage's own clock is watched; a clock that stands raises nothing.
    """
    due = case.due or case.stage_due
    unwatched = case.status not in case_rules.UNANSWERED or case.paused_at is not None
    if due is None or case.policy is None or unwatched:
        return []
    start = case.registered_at or case.received_at
    told = rules.steps(case.policy.escalation, start, due, working_time_of(case.organisation))
    alarms = [alarm for alarm in case.alarms.all() if alarm.duty_id is None]
    taken = {alarm.step for alarm in alarms if alarm.due == due}
    return [step for step in told if step.place not in taken]


def duty_steps_ahead(duty: Duty) -> list[rules.Step]:
    """Return the steps of the case's policy not yet taken for a talk that is owed, in order."""
    if duty.done_at is not None or duty.case.policy is None:
        return []
    working = working_time_of(duty.organisation)
    told = rules.steps(duty.case.policy.escalation, duty.opened_at, duty.due, working)
    taken = {alarm.step for alarm in duty.alarms.all()}
    return [step for step in told if step.place not in taken]


def duties_to_raise(now: datetime, limit: int) -> list[int]:
    """Return the talks owed of which somebody must be told by now, the longest waiting first."""
    found = DutyWatch.objects.filter(region=region(), at__lte=now).order_by("at")
    return list(found.values_list("duty", flat=True)[:limit])


def to_raise(now: datetime, limit: int) -> list[str]:
    """Return the numbers of cases with a step due by now, the longest waiting first."""
    found = Watch.objects.filter(region=region(), at__lte=now).order_by("at")
    return list(found.values_list("case__number", flat=True)[:limit])


def to_fall_back(now: datetime, limit: int) -> list[str]:
    """Return the numbers of cases whose fast term ran out and that have an ordinary one."""
    found = Case.objects.filter(
        region=region(), status__in=case_rules.UNANSWERED, due__lt=now, extensions=0, reopenings=0,
        control_at=None, paused_at=None, policy__fast_track=True,
    )  # fmt: skip
    return list(found.exclude(policy__fallback="").values_list("number", flat=True)[:limit])


def reminders_of(official: Official) -> QuerySet[Reminder]:
    """Return an official's reminders about cases that they may see, unseen first, then newest."""
    found = Reminder.objects.filter(official=official, alarm__case__in=cases_of(official))
    related = ("alarm__case__topic", "alarm__case__organisation", "alarm__case__territory")
    light = found.select_related(*related).defer(
        "alarm__case__topic__phrases", "alarm__case__topic__synonyms",
        "alarm__case__territory__polygon",
    )  # fmt: skip
    return light.order_by(F("seen_at").desc(nulls_first=True), "-alarm__at", "-pk")


def unseen(official: Official) -> int:
    """Count an official's reminders not yet seen."""
    return Reminder.objects.filter(official=official, seen_at=None).count()


class Percentile(Aggregate):
    """The value below which such a share of the values lies."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field: ClassVar[Any] = FloatField()


@dataclass(frozen=True)
class Forecast:
    """How long answers usually take, in whole days: the middle one, and eight of ten.

    `scope` tells whose history it is: here, topic, category.
    """

    days: int
    most: int
    count: int
    scope: str


def forecast(topic_id: int | None, territory_id: int | None, now: datetime) -> Forecast | None:
    """Return how long answers on a topic in a place usually take; wider where too few are known."""
    return _forecast(topic_id, territory_id, now.date()) if topic_id else None


@remembered(600)
def _forecast(topic_id: int, territory_id: int | None, day: date) -> Forecast | None:
    topic = topics().by_id.get(topic_id)
    if topic is None:
        return None
    until = datetime.combine(day + timedelta(days=1), time.min, UTC)
    found = Case.objects.filter(
        region=region(), closed_contour=False, registered_at__isnull=False,
        answered_at__range=(until - HALF_YEAR, until),
    )  # fmt: skip
    category = topic.category_id or topic.pk
    found = found.filter(Q(topic=topic_id) | Q(topic__category=category))
    scopes = {"here": Q(topic=topic_id, territory=territory_id), "topic": Q(topic=topic_id),
              "category": Q()}  # fmt: skip
    seconds = Extract(F("answered_at") - F("registered_at"), "epoch")
    asked: dict[str, Any] = {}
    for name, of in scopes.items():
        asked[f"{name}_count"] = Count("pk", filter=of)
        for share, word in ((0.5, "half"), (0.8, "most")):
            asked[f"{name}_{word}"] = Percentile(seconds, filter=of or None, share=share)
    said = found.aggregate(**asked)
    for name in scopes:
        if said[f"{name}_count"] >= ENOUGH:
            half, most = (_days(said[f"{name}_{word}"]) for word in ("half", "most"))
            return Forecast(half, most, said[f"{name}_count"], name)
    return None


def _days(seconds: float) -> int:
    return max(1, math.ceil(seconds / DAY_SECONDS))


@dataclass(frozen=True)
class Kept:
    """How one body keeps its deadlines: of each measure how many cases, and their share.

    What happened in the time need not be among what was answered in it: more than all is no share.
    """

    code: str
    title: str
    counts: dict[str, int]

    @property
    def cells(self) -> list[tuple[str, int, int | None]]:
        """Each measure with its number and, past the first, its share of the answered."""
        return [(name, n, self._share(name, n)) for name, n in self.counts.items()]

    def _share(self, name: str, count: int) -> int | None:
        whole = self.counts["refusals_checked" if name == "refusals_wrong" else "answered"]
        plain = name in {"answered", "refusals_checked"} or count > whole
        return None if plain else rules.share(count, whole)


def _event(kind: str, since: datetime, until: datetime, **more: Any) -> Exists:
    lines = ClockEvent.objects.filter(case=OuterRef("pk"), kind=kind, at__range=(since, until))
    return Exists(lines.filter(**more))


def _saved() -> Exists:
    """Cases answered past the term that they had before an emergency moved it."""
    before = ClockEvent.objects.filter(case=OuterRef("pk"), kind="hold")
    return Exists(before.filter(due_before__lt=OuterRef("answered_at")))


def _resent(since: datetime, until: datetime) -> Q:
    """Cases refused whose author wrote about the same within a month."""
    again = Case.objects.filter(
        topic=OuterRef("topic"), received_at__gt=OuterRef("closed_at"),
        received_at__lte=OuterRef("closed_at") + rules.RESENT_WITHIN,
    )  # fmt: skip
    same = (
        Q(report__author=OuterRef("report__author"))
        | Q(report__email_print=OuterRef("report__email_print")) & ~Q(report__email_print="")
        | Q(report__phone_print=OuterRef("report__phone_print")) & ~Q(report__phone_print="")
    )
    return Q(Exists(again.filter(same)), status="rejected", closed_at__range=(since, until))


def _returned(since: datetime, until: datetime, organisation_id: int | None) -> Q:
    hops = Assignment.objects.filter(case=OuterRef("pk"), returned_at__range=(since, until))
    if organisation_id:
        hops = hops.filter(organisation=organisation_id)
    return Q(Exists(hops))


def _checks(measure: str, since: datetime, until: datetime) -> QuerySet[Check]:
    """Return the refusals of the samples that were checked, or found wrong."""
    found = Check.objects.filter(region=region(), checked_at__range=(since, until))
    return found.filter(right=False) if measure == "refusals_wrong" else found


def _refused(measure: str, since: datetime, until: datetime, body: int | None) -> Q:
    found = _checks(measure, since, until).filter(case=OuterRef("pk"))
    return Q(Exists(found.filter(body=body) if body else found))


def _asked(measure: str, since: datetime, until: datetime, organisation_id: int | None = None) -> Q:
    """Return which cases a number counts; the list behind it is the same question."""
    late = {"due_before__gte": F("at"), "due_before__lte": F("at") + rules.LAST_HOUR}
    questions: dict[str, Callable[[], Q]] = {
        "answered": lambda: Q(_event("stop", since, until, reason="answered")),
        "last_hour": lambda: Q(_event("stop", since, until, reason="answered", **late)),
        "extended": lambda: Q(_event("extend", since, until)),
        "held": lambda: Q(_event("hold", since, until)),
        "saved": lambda: Q(_event("stop", since, until, reason="answered")) & Q(_saved()),
        "resent": lambda: _resent(since, until),
        "returned": lambda: _returned(since, until, organisation_id),
        "unrated": lambda: Q(
            _event("stop", since, until, reason="answered"),
            ~Exists(Rating.objects.filter(case=OuterRef("pk"), rater="author")),
            status="closed", disputes=None,
        ),
        "reopened": lambda: Q(_event("reopen", since, until)),
        **{name: partial(_refused, name, since, until, organisation_id)
           for name in rules.OF_REFUSALS},
    }  # fmt: skip
    asked = questions[measure]()
    if organisation_id and measure not in {"returned", *rules.OF_REFUSALS}:
        asked &= Q(organisation=organisation_id)
    return asked


def _by_body(
    cases: QuerySet[Case], measure: str, since: datetime, until: datetime
) -> dict[int, int]:
    if measure == "returned":  # by the body that gave it back, not by the one that has it now
        hops = Assignment.objects.filter(
            case__in=cases.values("pk"), returned_at__range=(since, until)
        )
        gave = hops.order_by().values_list("organisation")
        return dict(gave.annotate(Count("case", distinct=True)))
    if measure in rules.OF_REFUSALS:  # by the body of who refused
        checks = _checks(measure, since, until).filter(case__in=cases.values("pk")).order_by()
        return dict(checks.values_list("body").annotate(Count("pk")))
    found = cases.filter(_asked(measure, since, until)).order_by().values_list("organisation")
    return {body: count for body, count in found.annotate(Count("pk", distinct=True)) if body}


def keeping(official: Official, since: datetime, until: datetime) -> list[Kept]:
    """Count by body what shows how deadlines are kept, within an official's statistics."""
    cases = counted_for(official)
    numbers = {measure: _by_body(cases, measure, since, until) for measure in rules.MEASURES}
    bodies = organisations_by_id()
    told = [
        Kept(bodies[pk].code, bodies[pk].short_ru,
             {measure: numbers[measure].get(pk, 0) for measure in rules.MEASURES})
        for pk in {body for counts in numbers.values() for body in counts} if pk in bodies
    ]  # fmt: skip
    return sorted(told, key=lambda each: (-each.counts["answered"], each.title))


def kept_cases(
    official: Official, measure: str, code: str, since: datetime, until: datetime
) -> QuerySet[Case]:
    """Return exactly the cases that a number of `keeping` counted, of those the asker may see."""
    body = next((pk for pk, each in organisations_by_id().items() if each.code == code), 0)
    counted = counted_for(official).filter(_asked(measure, since, until, body or -1))
    return cases_of(official).filter(pk__in=counted.values("pk")).order_by("-received_at", "-pk")
