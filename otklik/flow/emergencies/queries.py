"""Reading emergencies: what is on, what it covers, which cases it moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from otklik.flow.cases.models import Case
from otklik.flow.emergencies import rules
from otklik.flow.emergencies.models import Emergency, Hold
from otklik.flow.regimes.rules import LAWFUL
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory, topics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

SHOWN = 5


def regimes() -> dict[str, rules.Regime]:
    """Return the kinds of emergency, as the administrator keeps them."""
    rows = directory("emergency_regimes").items()
    return {code: rules.regime(code, row.title_ru, row.title_en, row.extra) for code, row in rows}


def may_declare(
    official: Official, territory: Territory | None, chosen: Sequence[Topic] = ()
) -> bool:
    """Tell whether an official may declare an emergency there: no body may for itself."""
    return any(
        grant.organisations is None
        and (grant.territories is None or (territory and territory.pk in grant.territories))
        and (grant.topics is None or (chosen and {each.pk for each in chosen} <= grant.topics))
        for grant in powers_of(official).granting(rules.DECLARE)
    )


def _all() -> QuerySet[Emergency]:
    found = Emergency.objects.filter(region=region()).select_related("territory")
    return found.defer("territory__polygon").prefetch_related("topics")


def emergencies() -> QuerySet[Emergency]:
    """Return all emergencies, last first, with how many cases each moved."""
    related = ("declared_by__person", "declared_by__organisation", "ended_by__person")
    return _all().select_related(*related).annotate(moved=Count("holds__case", distinct=True))


def on_at(moment: datetime) -> QuerySet[Emergency]:
    """Return the emergencies that are on at a moment."""
    ended = Q(ended_at=None) | Q(ended_at__gt=moment)
    return _all().filter(ended, starts_at__lte=moment, ends_at__gt=moment).order_by("ends_at")


def shown_now(now: datetime) -> list[tuple[Emergency, rules.Regime]]:
    """Return what people are told before they write."""
    kinds = regimes()
    return [(each, kinds[each.kind]) for each in on_at(now)[:SHOWN] if each.kind in kinds]


def hold_on(case: Case) -> tuple[Hold, rules.Regime] | None:
    """Return the emergency that holds a case's terms now, if any."""
    related = ("emergency__territory",)
    held = Hold.objects.filter(case=case, released_at=None).select_related(*related).first()
    kind = regimes().get(held.emergency.kind) if held else None
    return (held, kind) if held and kind else None


def covering(case: Case, moment: datetime) -> Emergency | None:
    """Return the emergency that stops a case's clock at a moment: the one that lasts longest."""
    if case.policy is None or case.due is None or case.topic is None:
        return None
    kinds, path = regimes(), [step.pk for step in topics().path(case.topic)]
    found = [
        each
        for each in on_at(moment)
        if each.kind in kinds
        and rules.moves(
            kinds[each.kind], status=case.status, regime=case.regime, policy=case.policy.code,
            urgent=case.policy.urgent, life_support=case.topic.life_support,
        )
        and rules.about(path, case.territory_id, territory=each.territory_id,
                        topics=[topic.pk for topic in each.topics.all()])
    ]  # fmt: skip
    return found[-1] if found else None


def waiting(emergency: Emergency, limit: int) -> list[str]:
    """Return the numbers of cases that an emergency stops and has not held yet."""
    kind = regimes().get(emergency.kind)
    if kind is None:
        return []
    found = Case.objects.filter(
        region=region(), status__in=kind.paused_in, policy__code__in=kind.policies,
        policy__urgent=False, topic__life_support=False, due__gt=emergency.starts_at,
    ).exclude(regime__in=LAWFUL)  # fmt: skip
    if emergency.territory_id:
        found = found.filter(territory=emergency.territory_id)
    if ids := [topic.pk for topic in emergency.topics.all()]:
        found = found.filter(
            Q(topic__in=ids) | Q(topic__parent__in=ids) | Q(topic__category__in=ids)
        )
    held = Q(released_at=None) | Q(emergency=emergency, settled=True)
    found = found.exclude(pk__in=Hold.objects.filter(held).values("case"))
    return list(found.order_by("pk").values_list("number", flat=True)[:limit])


def outlived(limit: int) -> list[tuple[str, datetime]]:
    """Return the cases that are held though their emergency ended, and when it did."""
    found = Hold.objects.filter(released_at=None, emergency__ended_at__isnull=False)
    rows = found.order_by("pk").values_list("case__number", "emergency__ended_at")[:limit]
    return [(number, at) for number, at in rows if at]


def run_out(now: datetime) -> list[int]:
    """Return the emergencies whose day has come."""
    found = Emergency.objects.filter(region=region(), ended_at=None, ends_at__lte=now)
    return list(found.values_list("pk", flat=True))


def anything(now: datetime) -> bool:
    """Tell whether a change of a case may matter here."""
    return on_at(now).exists() or Hold.objects.filter(released_at=None).exists()
