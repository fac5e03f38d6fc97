"""Reading which cases go to other systems, what they are told, how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q

from otklik.flow.cases.models import Case
from otklik.flow.channels.peers import rules
from otklik.flow.channels.peers.models import Forward, Peer
from otklik.flow.regimes.rules import LAWFUL
from otklik.ground.kit.text import mask
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.flow.intake.models import Report
    from otklik.ground.accounts.models import Person

RELATED = ("report__author", "topic", "territory", "organisation")


def active_peers() -> list[Peer]:
    """Return the systems to which cases may go."""
    return list(Peer.objects.filter(region=region(), active=True))


def cases_by_number(numbers: Collection[str]) -> dict[str, Case]:
    """Return cases with what decides whether they may leave."""
    found = Case.objects.filter(region=region(), number__in=numbers).select_related(*RELATED)
    return {each.number: each for each in found}


def path_of(case: Case) -> list[str]:
    """Return the codes of a case's topic and of what stands above it, upwards."""
    return [each.code for each in topics().path(case.topic)]


def refusal(peer: Peer, case: Case) -> str:
    """Return why a case does not go to a peer, or nothing."""
    report = case.report
    standing = rules.Standing(
        lawful=case.regime in LAWFUL, closed=case.closed_contour,
        withdrawn=report.withdrawn_at is not None, public=case.public,
        brought_by_peer=bool(peer.brings_id and report.extra.get("key") == peer.brings_id),
    )  # fmt: skip
    return rules.refusal(standing, peer.shares)


def belongs(peer: Peer, case: Case) -> bool:
    """Tell whether a case is of those that go to a peer."""
    body = case.organisation.code if case.organisation else ""
    territory = case.territory.code if case.territory else ""
    return peer.scope.holds(body, path_of(case), territory) and not refusal(peer, case)


def body_of(peer: Peer, case: Case) -> tuple[dict[str, str], list[str]]:
    """Return what a peer is told of a case, and which kinds of personal data are in it."""
    report, shares = case.report, set(peer.shares)
    said = {
        "service_code": rules.service_of(path_of(case), rules.codes_of(peer.codes)),
        "description": report.text if rules.WORDS in shares else mask(report.text),
    }
    exact = rules.PLACE in shares
    if case.lat is not None and case.lon is not None:
        digits = None if exact else rules.DIGITS
        said |= {"lat": _degrees(case.lat, digits), "long": _degrees(case.lon, digits)}
    if exact and report.address:
        said["address_string"] = report.address
    if "lat" not in said and "address_string" not in said:
        said["address_string"] = case.territory.title_ru if case.territory else region().title_ru
    contact = _contact(report) if rules.CONTACT in shares else {}
    said |= contact | _photo(case)
    kinds = {rules.WORDS, rules.PLACE} & shares | ({rules.CONTACT} if contact else set())
    return said, sorted(kinds | ({rules.HIDDEN} if not case.public else set()))


def _degrees(value: float, digits: int | None) -> str:
    return str(value if digits is None else round(value, digits))


def _contact(report: Report) -> dict[str, str]:
    author = report.author
    said = {
        "first_name": author.first_name if author else "",
        "last_name": author.last_name if author else "",
        "email": report.email if report.contact_kind == "email" else "",
        "phone": report.phone if report.contact_kind == "phone" else "",
    }
    return {name: value for name, value in said.items() if value}


def _photo(case: Case) -> dict[str, str]:
    """Return the address of the first picture that everybody may see."""
    if not case.public:
        return {}
    shown = case.report.attachments.filter(purpose="message").exclude(public="").first()
    return {"media_url": f"{settings.SITE_URL}/files/{shown.token}/public"} if shown else {}


def due_forwards(now: datetime, count: int) -> list[int]:
    """Return what should have been tried by now."""
    found = Forward.objects.filter(region=region(), state="queued", next_at__lte=now)
    found = found.filter(peer__active=True).order_by("next_at")
    return list(found.values_list("pk", flat=True)[:count])


def followed(peer: Peer, now: datetime) -> QuerySet[Forward]:
    """Return what a peer took and is still asked about."""
    lately = Q(ended_at=None) | Q(ended_at__gte=now - rules.AFTER_CLOSED)
    return Forward.objects.filter(
        lately, peer=peer, state=Forward.State.TAKEN, taken_at__gte=now - rules.LONGEST
    )


def due_peers(now: datetime) -> list[int]:
    """Return the systems that took something and whose time to be asked has come."""
    taken = Forward.objects.filter(peer=OuterRef("pk"), state=Forward.State.TAKEN)
    ready = Q(next_at=None) | Q(next_at__lte=now)
    found = Peer.objects.filter(Exists(taken), ready, region=region(), active=True)
    return list(found.values_list("pk", flat=True))


def waiting() -> dict[int, tuple[int, int, datetime | None]]:
    """Return by peer how much waits to go, how much waits for a person, since when the oldest."""
    open_ones = Forward.objects.filter(region=region(), state__in=["queued", "unsure", "refused"])
    queued, stuck = Q(state="queued"), Q(state__in=["unsure", "refused"])
    counted = open_ones.order_by().values("peer").annotate(
        queued=Count("pk", filter=queued), stuck=Count("pk", filter=stuck),
        since=Min("created_at", filter=queued),
    )  # fmt: skip
    return {row["peer"]: (row["queued"], row["stuck"], row["since"]) for row in counted}


def log(state: str = "") -> QuerySet[Forward]:
    """Return what went to other systems, newest first."""
    found = Forward.objects.filter(region=region()).select_related("peer", "case").order_by("-pk")
    return found.filter(state=state) if state in Forward.State.values else found


def forwards_of(case: Case) -> list[Forward]:
    """Return where a case was handed over."""
    return list(Forward.objects.filter(case=case).select_related("peer").order_by("pk"))


def handed_over(person: Person) -> QuerySet[Forward]:
    """Return what of a person's messages other systems took."""
    found = Forward.objects.filter(case__report__author=person, state=Forward.State.TAKEN)
    return found.select_related("peer", "case").order_by("pk")


def told_of(forward: Forward, language: str) -> Mapping[str, str]:
    """Return in words how a case stands at a peer and what was told there."""
    return {
        "peer": forward.peer.title, "number": forward.number,
        "status": rules.in_words(forward.status, language), "notes": forward.status_notes,
        "shared": rules.shared_in_words(forward.shared, language),
    }  # fmt: skip
