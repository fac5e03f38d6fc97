"""Reading findings: whose they are to decide, where a reply goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from otklik.flow.channels.social import rules
from otklik.flow.channels.social.models import Feed, Mention
from otklik.ground.accounts.bounds import within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region, set_by
from otklik.ground.topics.queries import directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official
    from otklik.ground.accounts.rules import Power
    from otklik.ground.topics.models import Directory

MAY = "handle_social"
REASONS = "mention_reasons"
PHRASES = "social_phrases"
COLUMNS = "monitoring_columns"


def social_rules() -> rules.SocialRules:
    """Return what the administrator set."""
    return set_by("social", rules.SocialRules)


def phrases(code: str) -> list[str]:
    """Return the phrases that always (or never) make a finding."""
    line = directory(PHRASES).get(code)
    return list(line.extra.get("phrases", [])) if line else []


def mentions_of(official: Official) -> QuerySet[Mention]:
    """Return the findings that an official may decide about, newest first.

    What became a case of the closed contour is no longer here.
    """
    found = Mention.objects.filter(within(powers_of(official).granting(MAY), _bound))
    related = ("topic", "territory", "bot", "report__case__organisation", "decided_by__person")
    found = found.filter(region=region()).exclude(report__case__closed_contour=True)
    return found.select_related(*related).defer("territory__polygon")


def _bound(grant: Power) -> Q:
    bounds = Q()
    if grant.territories is not None:
        bounds &= Q(territory_id__in=grant.territories)
    if grant.topics is not None:
        bounds &= Q(topic_id__in=grant.topics)
    if grant.organisations is not None:
        bounds &= Q(report__case__organisation_id__in=grant.organisations)
    return bounds


def counts(official: Official) -> dict[str, int]:
    """Return how many findings stand in each state."""
    found = mentions_of(official).order_by().values_list("state", flat=True)
    states = list(found)
    return {state: states.count(state) for state in Mention.State.values}


def mention_of(report_id: int) -> Mention | None:
    """Return the finding that a message was made of."""
    return Mention.objects.filter(report=report_id).select_related("bot").first()


def link_of(report_id: int) -> str:
    """Return where in the open a message was found; nothing for any other."""
    mention = mention_of(report_id)
    return mention.link if mention else ""


def columns() -> list[tuple[str, list[str]]]:
    """Return what the columns of an export may be called, by their titles for people."""
    return [(line.title_ru, _names(line)) for line in directory(COLUMNS).values()]


def _names(line: Directory) -> list[str]:
    return [str(name).lower() for name in line.extra.get("names", [])]


def lines(rows: Sequence[Mapping[str, Any]], now: datetime) -> list[rules.Line]:
    """Read the rows of an export; the first stands in line 2, beneath the head."""
    names = {code: _names(line) for code, line in directory(COLUMNS).items()}
    return [rules.read_line(number, row, names, now) for number, row in enumerate(rows, 2)]


def known(found: Sequence[rules.Overheard]) -> set[tuple[str, str]]:
    """Return the networks and keys of those that were noted before."""
    keys = [rules.key_of(each.key, each.link, each.text) for each in found]
    noted = Mention.objects.filter(region=region(), key__in=keys)
    return set(noted.order_by().values_list("network", "key"))


def feed_by_address(address: str) -> Feed | None:
    """Return the active monitoring service that has this part of an address."""
    return Feed.objects.filter(region=region(), address=address, active=True).first()
