"""Reading problems: what is known near a place, what waits to be grouped, how far an action is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from statistics import mean
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import LIGHT, cases_of, permissions_on, visible_to
from otklik.flow.intake.models import Report
from otklik.flow.problems import rules
from otklik.flow.problems.models import GroupAction, Joining, Problem
from otklik.flow.triage.duplicates import reach
from otklik.flow.triage.words import COMMON, NEGATIONS, telling
from otklik.ground.accounts.queries import powers_of
from otklik.ground.kit import geo
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.flow.triage.queries import Suggestion
    from otklik.ground.accounts.models import Official
    from otklik.ground.topics.models import Topic

RELATED = ("topic", "territory", "organisation", "opened_by")
HEAVY = ("territory__polygon", "topic__phrases", "topic__synonyms")
LEAD = timedelta(days=3)
"""A message written so long before the problem was declared may still be about it."""
SHOWN, LOOKED_AT = 3, 20_000
GROUPS, SAMPLED, HEARD = 20, 50, 500
"""So many groups are offered, so many texts of each are read, so many others are compared."""
#: What a group action needs of a case: the permission and the statuses it starts from.
NEEDS: dict[str, tuple[str, frozenset[str]]] = {
    "take": ("assign", frozenset({"submitted", "registered", "coordination", "returned",
                                  "assigned"})),
    "start": ("draft_answer", case_rules.BY_VERB["start"].sources),
    "answer": ("draft_answer", case_rules.BY_VERB["submit"].sources),
    "approve": ("approve_answer", case_rules.BY_VERB["approve"].sources),
    "send_back": ("approve_answer", case_rules.BY_VERB["send_back"].sources),
}  # fmt: skip


def _problems() -> QuerySet[Problem]:
    return Problem.objects.filter(region=region()).select_related(*RELATED).defer(*HEAVY)


def may_group(official: Official) -> bool:
    """Tell whether an official may open problems at all."""
    return powers_of(official).anywhere("group")


def problems_for(official: Official, *, status: str = "open") -> QuerySet[Problem]:
    """Return the problems that an official sees: all that are public, else those of their cases.

    `cases` counts the cases that they see.
    """
    seen = Q()
    if not powers_of(official).everywhere("see_case"):
        seen = Q(links__case__in=visible_to(official).values("pk"))
    found = _problems().annotate(cases=Count("links", filter=seen, distinct=True))
    if status:
        found = found.filter(status=status)
    if may_group(official):
        return found
    own = Problem.objects.filter(links__case__in=cases_of(official).values("pk"))
    mine = Q(organisation=official.organisation_id) if official.organisation_id else Q()
    return found.filter(Q(public=True) | Q(pk__in=own.values("pk")) | mine)


def problem_for(official: Official, problem_id: int) -> Problem:
    """Return a problem that an official may see; Problem.DoesNotExist for any other."""
    return problems_for(official, status="").get(pk=problem_id)


def cases_in(official: Official, problem: Problem) -> QuerySet[Case]:
    """Return a problem's cases that an official may see."""
    return cases_of(official).filter(problem_link__problem=problem).order_by("received_at", "pk")


def doable(official: Official, problem: Problem) -> dict[str, list[str]]:
    """Return the numbers with which an official may do each group action now."""
    found: dict[str, list[str]] = {verb: [] for verb in NEEDS}
    for case in cases_in(official, problem):
        held = permissions_on(official, case)
        for verb, (permission, sources) in NEEDS.items():
            if permission in held and case.status in sources and not _taken(verb, case, problem):
                found[verb].append(case.number)
    return found


def _taken(verb: str, case: Case, problem: Problem) -> bool:
    return (
        verb == "take"
        and case.status == "assigned"
        and case.organisation_id == problem.organisation_id
    )


def actions_of(problem: Problem) -> QuerySet[GroupAction]:
    """Return what was done with many cases, newest first."""
    return problem.actions.select_related("by__person", "by__organisation")


PARTS = {
    "cases": Q(),
    "unanswered": Q(status__in=case_rules.UNANSWERED),
    "answered": Q(answered_at__isnull=False),
    "confirmed": Q(status="resolved_confirmed"),
    "disputed": Q(disputes__isnull=False),
}
"""The parts of a problem's cases that are counted and listed."""
SAID = {"joined": Q(), "solved": Q(solved=True), "unsolved": Q(solved=False)}
"""The same of those who joined without writing."""


def outcome(problem: Problem, official: Official | None = None) -> dict[str, int]:
    """Return how it went: cases and those who joined, by parts; for an official what they see."""
    cases = Case.objects.filter(problem_link__problem=problem)
    if official is not None:
        cases = cases_in(official, problem).order_by()
    found: dict[str, int] = cases.aggregate(
        **{name: Count("pk", filter=part, distinct=True) for name, part in PARTS.items()}
    )
    said: dict[str, int] = problem.joinings.aggregate(
        **{f"count_{name}": Count("pk", filter=part) for name, part in SAID.items()}
    )
    return found | {name: said[f"count_{name}"] for name in SAID}


def part_of(official: Official, problem: Problem, part: str) -> QuerySet[Case]:
    """Return the cases that `outcome` counts for an official under a part's name."""
    found = cases_in(official, problem)
    return found if part == "cases" else found.filter(PARTS[part]).distinct()


def joinings_of(problem: Problem, part: str) -> QuerySet[Joining]:
    """Return the joinings that `outcome` counts under a part's name; who they are nobody sees."""
    return problem.joinings.filter(SAID[part]).order_by("-pk")


def problem_of(case: Case) -> Problem | None:
    """Return the problem that holds a case, if any."""
    return _problems().filter(links__case=case).first()


def _subcategory(topic: Topic) -> str:
    parent = topics().by_id.get(topic.parent_id) if topic.parent_id else None
    return parent.code if parent else ""


def _area(problem: Problem) -> rules.Area:
    return rules.Area(
        topic=problem.topic.code,
        subcategory=_subcategory(problem.topic),
        territory=problem.territory.code if problem.territory else "",
        lat=problem.lat,
        lon=problem.lon,
        radius_m=problem.radius_m,
        since=problem.starts_at,
    )


def _fits(problem: Problem, case: Case) -> bool:
    if case.topic is None:
        return False
    point = (case.lat, case.lon) if case.lat is not None and case.lon is not None else None
    return rules.belongs(
        _area(problem),
        topic=case.topic.code,
        subcategory=_subcategory(case.topic),
        territory=case.territory.code if case.territory else "",
        point=point,
        at=case.received_at,
        lead=LEAD,
    )


def collecting_for(number: str) -> Problem | None:
    """Return the open problem that takes a new case by itself, if its topic and place fit."""
    open_ones = _problems().filter(status="open", collects=True).select_related("opened_by__region")
    candidates = list(open_ones)
    if not candidates:
        return None
    found = Case.objects.filter(number=number, problem_link=None, status__in=case_rules.UNANSWERED)
    case = found.select_related("topic", "territory").defer(*LIGHT[:3]).first()
    if case is None or case.closed_contour:
        return None
    return next((each for each in candidates if _fits(each, case)), None)


def like_problem(official: Official, problem: Problem) -> list[Case]:
    """Return cases that may belong to a problem and are in none, newest first, at most 200.

    Of its own topics first; then those on another topic, or none, that say the same.
    """
    siblings = [
        each.pk for each in topics().by_code.values() if each.parent_id == problem.topic.parent_id
    ]
    found = _free(official).filter(
        topic_id__in=siblings or [problem.topic_id], received_at__gte=problem.starts_at - LEAD
    )
    same = [case for case in found.order_by("-received_at")[:2000] if _fits(problem, case)]
    return [*same, *_like_by_words(official, problem, siblings)][:200]


def _free(official: Official) -> QuerySet[Case]:
    return cases_of(official).filter(
        problem_link=None, status__in=case_rules.UNANSWERED, closed_contour=False
    )


def _like_by_words(official: Official, problem: Problem, siblings: list[int]) -> list[Case]:
    own = Report.objects.filter(case__problem_link__problem=problem).order_by("pk")
    texts = own.values_list("text", flat=True)[:HEARD]
    shared = rules.shared_words([roots(text) for text in texts])
    area = _area(problem)
    found = _free(official).exclude(topic_id__in=siblings or [problem.topic_id])
    near = found.filter(received_at__gte=area.since - LEAD).order_by("-received_at")
    if area.radius_m is None or area.lat is None or area.lon is None:
        near = near.filter(territory=problem.territory_id)
    else:
        west, south, east, north = geo.box(area.lat, area.lon, area.radius_m)
        near = near.filter(lat__range=(south, north), lon__range=(west, east))
    if not shared or (area.radius_m is None and problem.territory_id is None):
        return []
    return [each for each in near[:HEARD] if rules.says_the_same(roots(each.report.text), shared)]


def roots(text: str) -> frozenset[str]:
    """Return what a message is about, as roots of words: without pleas, places and «нет»."""
    return frozenset(root for root, _ in telling(text)) - COMMON - NEGATIONS


def clusters_for(official: Official, now: datetime) -> list[tuple[rules.Cluster, Topic]]:
    """Return groups of an official's unanswered cases that may share a cause, largest first.

    By topic, place and time; beside each, those that only their words bring to it.
    """
    tree = topics()
    rows = _free(official).filter(
        received_at__gte=now - timedelta(days=30), lat__isnull=False, topic__isnull=False
    )
    seen = []
    fields = ("number", "topic__code", "lat", "lon", "received_at")
    newest = rows.order_by("-received_at").values_list(*fields)[:LOOKED_AT]
    for number, code, lat, lon, at in newest:
        topic = tree.by_code.get(code or "")
        if topic is None or lat is None or lon is None:
            continue
        metres, days = reach(life_support=topic.life_support)
        if at >= now - timedelta(days=days):
            seen.append(
                rules.Sighting(number, topic.code, _subcategory(topic), lat, lon, at, metres)
            )
    found = _with_alike(official, rules.clusters(seen)[:GROUPS])
    return [(each, tree.by_code[each.topic]) for each in found]


def _with_alike(official: Official, found: list[rules.Cluster]) -> list[rules.Cluster]:
    """Put beside each group the messages around it that say the same under another topic."""
    if not found:
        return []
    place = {n: at for at, each in enumerate(found) for n in each.numbers[:SAMPLED]}
    texts: list[list[frozenset[str]]] = [[] for _ in found]
    for number, text in Report.objects.filter(number__in=place).values_list("number", "text"):
        texts[place[number]].append(roots(text))
    shared = [rules.shared_words(each) for each in texts]
    near = Q(pk=None)
    for each in found:
        west, south, east, north = geo.box(each.lat, each.lon, each.radius_m)
        when = (each.first - LEAD, each.last + LEAD)
        near |= Q(lat__range=(south, north), lon__range=(west, east), received_at__range=when)
    grouped = [number for each in found for number in each.numbers]
    others = _free(official).filter(near).exclude(number__in=grouped).order_by("-received_at")
    alike: list[list[str]] = [[] for _ in found]
    fields = ("number", "lat", "lon", "received_at", "report__text")
    for number, lat, lon, at, text in others.values_list(*fields)[:HEARD]:
        words = roots(text)
        for one, own, beside in zip(found, shared, alike, strict=True):
            close = geo.metres((lat, lon), (one.lat, one.lon)) <= one.radius_m
            in_time = one.first - LEAD <= at <= one.last + LEAD
            if close and in_time and rules.says_the_same(words, own):
                beside.append(number)
                break
    return [replace(each, alike=tuple(more)) for each, more in zip(found, alike, strict=True)]


def public_problems() -> QuerySet[Problem]:
    """Return the problems that anybody may see, open ones first."""
    found = _problems().filter(public=True).annotate(cases=Count("links"))
    return found.order_by("closed_at", "-opened_at")


def public_problem(problem_id: int) -> Problem:
    """Return a problem that anybody may see; Problem.DoesNotExist for a hidden or missing one."""
    return public_problems().get(pk=problem_id)


def known_near(found: Suggestion, now: datetime) -> list[Problem]:
    """Return up to three open public problems that a message being written may be about."""
    open_ones = public_problems().filter(status="open", starts_at__lte=now + LEAD)
    territory = found.territory.code if found.territory else ""
    return [
        problem
        for problem in open_ones
        if any(
            rules.belongs(
                _area(problem),
                topic=each.topic.code,
                subcategory=_subcategory(each.topic),
                territory=territory,
                point=found.point,
                at=max(now, problem.starts_at),
                lead=LEAD,
            )
            for each in found.facts
        )
    ][:SHOWN]


def joined_by(token: str) -> Joining:
    """Return a joined person's place by the token of their link."""
    related = ("problem__topic", "problem__territory", "problem__organisation")
    return Joining.objects.select_related(*related).get(region=region(), token=token)


def common_of(official: Official, numbers: list[str]) -> dict[str, object] | None:
    """Return what chosen cases share: the commonest topic, place and body, the start."""
    found = list(cases_of(official).filter(number__in=numbers).order_by("received_at"))
    if not found:
        return None
    placed = [case for case in found if case.lat is not None]
    lats, lons = [case.lat or 0.0 for case in placed], [case.lon or 0.0 for case in placed]
    topic = _commonest(case.topic.code for case in found if case.topic)
    known = topics().by_code.get(topic)
    return {
        "topic": topic,
        "title": known.title_ru if known else "",
        "territory": _commonest(case.territory.code for case in found if case.territory),
        "organisation": _commonest(case.organisation.code for case in found if case.organisation),
        "lat": mean(lats) if lats else None,
        "lon": mean(lons) if lons else None,
        "radius_m": "1500" if placed else "",
        "starts_at": found[0].received_at,
    }


def _commonest(values: Iterable[str]) -> str:
    return next((value for value, _ in Counter(values).most_common(1)), "")
