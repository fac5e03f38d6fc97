"""Reading cases: an official only within their powers, the public only what is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Coalesce

from otklik.flow.cases import rules
from otklik.flow.cases.models import Answer, Case, Support
from otklik.flow.intake.rules import spoken_number
from otklik.flow.regimes.queries import branch_above
from otklik.ground.accounts.bounds import within
from otklik.ground.accounts.queries import opened_until, powers_of
from otklik.ground.accounts.rules import (
    CONTOUR,
    PERSONAL,
    REVEAL,
    permissions_for,
    sight,
)
from otklik.ground.kit import geo
from otklik.ground.organisations.queries import subtree_ids
from otklik.ground.territories.queries import region
from otklik.ground.topics.known import with_known
from otklik.journal.reading import about

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.flow.intake.models import Attachment
    from otklik.ground.accounts.models import Official
    from otklik.ground.accounts.rules import Powers, Sight
    from otklik.ground.organisations.models import Organisation

RELATED = ("report", "topic", "territory", "organisation", "executor__person", "policy", "region")

HEAVY = (
    "territory__polygon", "topic__phrases", "topic__synonyms", "topic__category__phrases",
    "topic__category__synonyms", "region__settings",
)  # fmt: skip
"""Columns that no page of a case needs: a border alone is ten kilobytes."""
LIGHT = (*HEAVY[:3], HEAVY[5])


@dataclass(frozen=True)
class HistoryLine:
    """One line of a case's history, in people's words."""

    at: datetime
    kind: str
    sentence: str
    actor: str
    public: bool
    data: dict[str, object] = field(default_factory=dict)


COVER = frozenset({"moderate"})
COVER_PROOF = COVER | {"draft_answer", "approve_answer"}
REPEAT_DAYS = 90


def _seen(powers: Powers) -> Q:
    """Return the cases within an official's powers; the closed contour only for its members."""
    grants = powers.granting("see_case")
    seen = Q(closed_contour=False) & within(grants)
    members = [grant for grant in grants if CONTOUR in grant.permissions]
    return seen | (Q(closed_contour=True) & within(members)) if members else seen


def _complained_about(official: Official) -> Q:
    """Return the complaints about an official's own body or one above: hidden from them.

    Only who registers appeals sees them all the same, to send them where they may go.
    """
    if powers_of(official).anywhere("register_appeals"):
        return Q(pk=None)
    return Q(report__bars__organisation__in=branch_above(official.organisation_id))


def counted_for(official: Official) -> QuerySet[Case]:
    """Return the cases that an official's statistics are made of, outside the closed contour."""
    found = Case.objects.filter(within(powers_of(official).granting("see_statistics")))
    found = found.filter(region=region(), closed_contour=False)
    return found.exclude(_complained_about(official))


def state_of(case: Case) -> str:
    """Return what an official decides about, in a word: it changes when others act on the case."""
    return ".".join(
        str(part or "")
        for part in (
            case.status, case.organisation_id, case.executor_id, case.topic_id, case.territory_id,
            case.hops, case.extensions, case.reopenings, case.answers.count(), case.notes.count(),
        )
    )  # fmt: skip


def left_from(official: Official, number: str) -> str:
    """Return the number of a case that was in an official's hands and is out of their sight now.

    Empty for any other: what one never saw stays unknown.
    """
    known = spoken_number(number) or ""
    bodies = [
        body
        for grant in powers_of(official).granting("see_case")
        for body in (grant.organisations or ())
    ]
    had = Case.objects.filter(
        region=region(), number=known, closed_contour=False,
        assignments__organisation__in=bodies,
    )  # fmt: skip
    return known if had.exists() else ""


def changes_since(number: str, moment: datetime) -> list[HistoryLine]:
    """Return what happened to a case after a moment, in people's words."""
    lines = [entry for entry in about(f"case:{number}") if entry.at >= moment]
    return [
        HistoryLine(each.at, each.kind, each.fact.sentence("ru"), each.actor, each.fact.public)
        for each in lines
    ]


def visible_to(official: Official) -> QuerySet[Case]:
    """Return every case that an official may see, and nothing of its neighbours."""
    found = Case.objects.filter(_seen(powers_of(official)), region=region())
    return found.exclude(_complained_about(official))


def cases_of(official: Official) -> QuerySet[Case]:
    """Return every case that an official may see, each with its neighbours."""
    return visible_to(official).select_related(*RELATED).defer(*LIGHT)


def case_for(official: Official, number: str) -> Case:
    """Return a case that an official may see; Case.DoesNotExist for any other."""
    found = visible_to(official).select_related("report", "executor__person")
    return with_known(found.get(number=spoken_number(number) or ""))


def permissions_on(official: Official, case: Case) -> frozenset[str]:
    """Return what an official may do with a case."""
    return permissions_for(
        powers_of(official),
        case.organisation_id,
        case.territory_id,
        case.topic_id,
        closed=case.closed_contour,
    )


def sight_on(official: Official, case: Case, now: datetime) -> Sight:
    """Return how much of the personal data of a case an official sees now."""
    return sights_on(official, [case], now)[case.pk]


def sights_on(official: Official, cases: Collection[Case], now: datetime) -> dict[int, Sight]:
    """Return the same for many cases, by their ids, by one question to the database."""
    opened = opened_until(official, [each.ref for each in cases], now)
    return {each.pk: sight(permissions_on(official, each), opened.get(each.ref)) for each in cases}


def role_on(official: Official, case: Case) -> str:
    """Return the code of the role by which an official sees a case: for the record of a look."""
    grants = [
        grant
        for grant in powers_of(official).granting("see_case")
        if grant.covers(case.organisation_id, case.territory_id, case.topic_id)
    ]
    grants.sort(
        key=lambda grant: (PERSONAL not in grant.permissions, REVEAL not in grant.permissions)
    )
    return grants[0].role if grants else ""


def visible_numbers(official: Official, numbers: Collection[str]) -> frozenset[str]:
    """Return those of the numbers whose cases an official may see."""
    found = visible_to(official).filter(number__in=numbers)
    return frozenset(found.values_list("number", flat=True))


def executing_bodies(case: Case) -> frozenset[int]:
    """Return the bodies that executed a case, with all beneath them: holder's and answerers'."""
    return executed_by([case])[case.pk]


def executed_by(cases: Collection[Case]) -> dict[int, frozenset[int]]:
    """Return the same for many cases, by their ids, by one question to the database."""
    bodies = {each.pk: {each.organisation_id} for each in cases}
    wrote = Answer.objects.filter(case__in=bodies).order_by()
    for case_id, body in wrote.values_list("case", "author__organisation"):
        bodies[case_id].add(body)
    return {
        case_id: frozenset().union(*(subtree_ids(each) for each in found if each))
        for case_id, found in bodies.items()
    }


def refused_by(case: Case) -> str:
    """Return who refused a message, as the journal names them; empty where nobody did."""
    last = case.notes.filter(kind="rejected").last()
    return last.by if last else ""


def duty_hindrance(official: Official, case: Case, verb: str) -> rules.Refused | None:
    """Return why separation of duties keeps an official from a verb, or None."""
    try:
        if verb in {"approve", "approve_interim", "sign_answer"}:
            answer = case.answers.order_by("version").last()
            if answer is not None:
                rules.may_approve(official.pk, answer.author_id)
        elif verb in {"reopen", "uphold"}:
            answer = answer_of(case)
            if answer is not None:
                rules.may_judge(official.pk, answer.decided_by_id, answer.author_id)
        elif verb in {"take_back", "uphold_refusal"}:
            rules.may_judge_refusal(official.ref, refused_by(case))
        elif verb in {"verify", "refute"}:
            rules.may_verify(official.organisation_id, executing_bodies(case))
    except rules.Refused as refusal:
        return refusal
    return None


def may_cover(official: Official, case: Case, photo: Attachment) -> bool:
    """Tell whether an official may cover parts of a photo: of the author's, a moderator alone.

    Those who answer never touch what the author has shown; their own photos they may cover.
    """
    held = permissions_on(official, case)
    return bool(held & (COVER_PROOF if photo.purpose == "proof" else COVER))


def verbs_of(official: Official, case: Case) -> list[rules.Transition]:
    """Return what an official may do with a case now: by state, by powers, by separate duties."""
    allowed = rules.verbs_for(case.status, "official", permissions_on(official, case), case.regime)
    return [each for each in allowed if duty_hindrance(official, case, each.verb) is None]


def may_pass_to(official: Official, case: Case, organisation: Organisation) -> bool:
    """Tell whether an official may give a case to a body: only where their `assign` reaches."""
    return "assign" in permissions_for(
        powers_of(official),
        organisation.pk,
        case.territory_id,
        case.topic_id,
        closed=case.closed_contour,
    )


def public_cases() -> QuerySet[Case]:
    """Return the cases that anybody may see, newest first."""
    found = Case.objects.filter(region=region(), public=True, closed_contour=False)
    related = found.select_related("topic__category", "territory", "organisation", "report")
    light = related.defer(*HEAVY[:5])
    return light.order_by("-received_at", "-pk")


def public_case(number: str) -> Case:
    """Return a case that anybody may see; Case.DoesNotExist for a hidden or missing one."""
    return public_cases().get(number=spoken_number(number) or "")


def case_of_report(number: str) -> Case | None:
    """Return the case of a report, or None while triage is still thinking."""
    related = (*RELATED, "topic__category", "merged_into")
    found = Case.objects.select_related(*related).defer(*HEAVY)
    return found.filter(region=region(), number=number).first()


def history(case: Case, language: str = "ru") -> list[HistoryLine]:
    """Return the whole history of a case from the journal: of the message and of the work."""
    entries = [*about(f"report:{case.number}"), *about(case.ref)]
    entries.sort(key=lambda entry: entry.pk)
    return [
        HistoryLine(
            at=entry.at,
            kind=entry.kind,
            sentence=entry.fact.sentence(language),
            actor=entry.actor,
            public=entry.fact.public,
            data=entry.data,
        )
        for entry in entries
    ]


def answer_of(case: Case) -> Answer | None:
    """Return the answer that the author has: the last one approved."""
    found = case.answers.filter(state=Answer.State.APPROVED)
    return found.prefetch_related("proofs__attachment").order_by("version").last()


def nearby_open(
    topic_ids: Sequence[int], lat: float, lon: float, radius: float, since: datetime
) -> QuerySet[Case]:
    """Return public open cases on these topics within `radius` metres, newer than `since`.

    A square, not a circle: the caller measures. By index, at most 50.
    """
    west, south, east, north = geo.box(lat, lon, radius)
    found = public_cases().filter(
        topic_id__in=topic_ids,
        status__in=rules.OPEN,
        received_at__gte=since,
        lat__range=(south, north),
        lon__range=(west, east),
    )
    return found[:50]


def joined_by(token: str) -> Support:
    """Return a joined person's place by the token of their link."""
    found = Support.objects.select_related("person", *(f"case__{name}" for name in RELATED))
    return found.get(region=region(), token=token, case__closed_contour=False)


def home_counts(now: datetime) -> dict[str, Q]:
    """Return what the home page counts, over 30 days: the same conditions narrow the list."""
    month = now - timedelta(days=30)
    return {
        "received": Q(received_at__gte=month),
        "answered": Q(answered_at__gte=month),
        "solved": Q(status="resolved_confirmed", closed_at__gte=month),
        "unanswered": Q(status__in=rules.UNANSWERED),
    }


def totals(now: datetime) -> dict[str, dict[str, int]]:
    """Return the counts for the home page: of what anybody may see, and of all."""
    counted = Case.objects.filter(region=region(), closed_contour=False)
    asked = home_counts(now)
    found = counted.aggregate(
        **{f"{name}_all": Count("pk", filter=each) for name, each in asked.items()},
        **{name: Count("pk", filter=each & Q(public=True)) for name, each in asked.items()},
    )
    return {name: {"shown": found[name], "all": found[f"{name}_all"]} for name in asked}


def overdue_bodies(now: datetime, limit: int = 10) -> list[dict[str, Any]]:
    """Return the bodies that owe most answers: how many are late, of how many, since when."""
    owed = Case.objects.filter(
        region=region(), closed_contour=False, status__in=rules.UNANSWERED,
        organisation__isnull=False,
    )  # fmt: skip
    late = Q(due__lt=now, paused_at=None)
    counted = owed.values(title=F("organisation__short_ru")).annotate(
        overdue=Count("pk", filter=late), open=Count("pk"), since=Min("due", filter=late)
    )
    late_ones = counted.filter(overdue__gt=0).order_by("-overdue", "title")[:limit]
    return [dict(line) for line in late_ones]


def solved_since(moment: datetime, limit: int = 10) -> list[dict[str, Any]]:
    """Return what was solved since a moment, the newest first: what, where, when; no more."""
    found = Case.objects.filter(
        Q(status="resolved_confirmed", closed_at__gte=moment)
        | Q(result="solved", answered_at__gte=moment),
        region=region(), closed_contour=False, topic__isnull=False,
    )  # fmt: skip
    told = found.values(
        at=Coalesce("closed_at", "answered_at"),
        ru=F("topic__title_ru"), en=F("topic__title_en"),
        place_ru=F("territory__short_ru"), place_en=F("territory__title_en"),
    )  # fmt: skip
    return [dict(line) for line in told.order_by("-at")[:limit]]


def earlier_alike(case: Case) -> int | None:
    """Return how often the same author wrote of the same topic and territory not long ago.

    The author is the account or, without one, the phone; None where neither is known.
    """
    report = case.report
    if case.topic_id is None or not (report.author_id or report.phone_print):
        return None
    same = Q(report__phone_print=report.phone_print)
    if report.author_id:
        same = Q(report__author=report.author_id)
    days = int(region().settings.get("repeat_days", REPEAT_DAYS))
    return Case.objects.filter(
        same, region=case.region_id, topic=case.topic_id, territory=case.territory_id,
        received_at__gte=case.received_at - timedelta(days=days),
        received_at__lt=case.received_at,  # parts of one message are no repeats of each other
    ).count()  # fmt: skip
