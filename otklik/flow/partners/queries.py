"""Reading for other systems: what became of public cases, and which they brought themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case as Choice
from django.db.models import F, FloatField, Q, Value, When
from django.db.models.functions import Coalesce, Cos, Power, Radians, Round

from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.events import (
    CaseAnswered,
    CaseAnsweredInterim,
    CaseAssigned,
    CaseClosed,
    CaseConfirmed,
    CaseDisputed,
    CaseExtended,
    CaseMerged,
    CaseRedirected,
    CaseRegistered,
    CaseReopened,
    CaseReturned,
    CaseStarted,
)
from otklik.flow.cases.models import Answer, Case
from otklik.flow.cases.queries import public_cases
from otklik.flow.intake.models import Report
from otklik.flow.intake.rules import spoken_number
from otklik.flow.partners.rules import status_for_others
from otklik.ground.accounts.models import ApiKey
from otklik.ground.kit import geo
from otklik.ground.territories.queries import region
from otklik.journal.reading import about_many

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.journal.models import Entry

TOLD = frozenset(
    fact.kind
    for fact in (
        CaseRegistered, CaseAssigned, CaseReturned, CaseRedirected, CaseStarted, CaseAnswered,
        CaseAnsweredInterim, CaseExtended, CaseDisputed, CaseReopened, CaseConfirmed, CaseClosed,
        CaseMerged,
    )
)  # fmt: skip
"""What other systems are told of: changes of a status that everybody may see."""
MOST = 1000
CLOSED = case_rules.FINAL | {"answered"}
DIGITS = 3
"""Of a degree, as the public sees places: by finer borders one would find the house."""


@dataclass(frozen=True)
class Change:
    """One change of a public case, as others may know it; `answer` is what the author was told."""

    number: int
    case: str
    status: str
    at: datetime
    sentence: str
    answer: str = ""


def case_by(key: ApiKey, number: str) -> Case:
    """Return a case whose message came by this key; Case.DoesNotExist for any other."""
    found = Case.objects.select_related("report").get(
        region=region(), number=spoken_number(number) or ""
    )
    if found.report.extra.get("key") != key.pk:
        raise Case.DoesNotExist
    return found


def seen_by(key: ApiKey | None) -> QuerySet[Case]:
    """Return the cases that a system may follow: all public ones, and those that it brought."""
    if key is None:
        return public_cases()
    own = Q(report__channel="open311", report__idempotency_key__startswith=own_key(key, ""))
    found = Case.objects.filter(Q(public=True) | own, region=region(), closed_contour=False)
    related = found.select_related("topic__category", "territory", "organisation", "report")
    return related.order_by("-received_at", "-pk")


def changes(
    since: datetime, until: datetime, numbers: Collection[str], language: str,
    key: ApiKey | None = None,
) -> list[Change]:  # fmt: skip
    """Return what changed in public cases within a span, or in some, the oldest first."""
    shown = seen_by(key) if numbers else public_cases()
    cases = shown.filter(updated_at__gte=since).order_by("updated_at", "pk")
    if numbers:
        cases = cases.filter(number__in=numbers)
    known = list(cases.values_list("number", flat=True)[:MOST])
    entries = about_many([f"case:{number}" for number in known], TOLD)
    return _changes(entries.filter(at__gte=since, at__lte=until)[:MOST], language)


def history(numbers: Collection[str], language: str) -> dict[str, list[Change]]:
    """Return all that changed in some cases, by number, the oldest first."""
    found: dict[str, list[Change]] = {}
    entries = about_many([f"case:{number}" for number in numbers], TOLD)
    for change in _changes(entries, language):
        found.setdefault(change.case, []).append(change)
    return found


def _changes(entries: QuerySet[Entry], language: str) -> list[Change]:
    within = list(entries)
    keys = [each.data["answer"] for each in within if each.data.get("answer")]
    texts = dict(Answer.objects.filter(pk__in=keys).values_list("pk", "text"))
    return [
        Change(
            each.pk, each.subject.removeprefix("case:"),
            status_for_others(str(each.data["status"]), str(each.data.get("result", ""))),
            each.at, each.fact.sentence(language), texts.get(each.data.get("answer") or 0, ""),
        )
        for each in within
    ]  # fmt: skip


def within_box(found: QuerySet[Case], sides: tuple[float, float, float, float]) -> QuerySet[Case]:
    """Return those of the cases whose coarse places lie between west, south, east, north."""
    west, south, east, north = sides
    between = Q(coarse_lat__range=(south, north), coarse_lon__range=(west, east))
    return _coarse(found).filter(between)


def within_circle(found: QuerySet[Case], lat: float, lon: float, radius: float) -> QuerySet[Case]:
    """Return those of the cases whose coarse places lie within metres of a point."""
    degree = geo.metres((0, 0), (1, 0))
    north = Power((F("coarse_lat") - Value(lat)) * Value(degree), 2)
    shrink = Cos(Radians(Value(lat, output_field=FloatField())))
    east = Power((F("coarse_lon") - Value(lon)) * Value(degree) * shrink, 2)
    near = within_box(found, geo.box(lat, lon, radius))
    return near.annotate(away=north + east).filter(away__lte=radius**2)


def _coarse(found: QuerySet[Case]) -> QuerySet[Case]:
    return found.annotate(
        coarse_lat=Round(F("lat"), precision=DIGITS, output_field=FloatField()),
        coarse_lon=Round(F("lon"), precision=DIGITS, output_field=FloatField()),
    )


def changed_between(
    found: QuerySet[Case], after: datetime | None, before: datetime | None
) -> QuerySet[Case]:
    """Return those changed within a span; what is closed changed last when it was closed."""
    ended = Coalesce("answered_at", "closed_at", "updated_at")
    moment = Choice(When(status__in=CLOSED, then=ended), default=F("updated_at"))
    found = found.annotate(changed=moment)
    if after is not None:  # the plain column is the index's
        found = found.filter(changed__gte=after, updated_at__gte=after)
    return found.filter(changed__lte=before) if before is not None else found


def brought_under(token: str, key: ApiKey | None) -> str:
    """Return the number of the message that came under a system's own key; empty for none.

    Two systems may use the same: then only who names its key learns.
    """
    keys = [key] if key else ApiKey.objects.filter(region=region(), active=True)
    found = Report.objects.filter(
        region=region(), channel="open311",
        idempotency_key__in=[own_key(each, token) for each in keys],
    ).values_list("number", flat=True)[:2]  # fmt: skip
    return found[0] if len(found) == 1 else ""


def own_key(key: ApiKey, token: str) -> str:
    """Return the key of a message that a system brings: two systems never meet in it."""
    return f"{key.pk}:{token}"
