"""Reading widgets: by their key for a site, by their owner for the desk, and what they brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from otklik.flow.cases.queries import public_cases
from otklik.flow.cases.rules import FINAL
from otklik.flow.channels.widgets.models import Widget, WidgetPage
from otklik.ground.accounts.queries import powers_of
from otklik.ground.organisations.queries import organisations, subtree_ids
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.topics.models import Topic

EDIT = "edit_widgets"


def widget_by_token(token: str) -> Widget:
    """Return a widget that is shown; Widget.DoesNotExist for any other key."""
    found = Widget.objects.select_related("organisation")
    return found.get(region=region(), token=token, active=True)


def widget_by_legacy(number: int) -> Widget:
    """Return the widget that took over an old number; Widget.DoesNotExist if none did."""
    return Widget.objects.get(region=region(), legacy=number, active=True)


def bodies_with_widgets(official: Official) -> list[Organisation]:
    """Return the bodies whose widgets an official edits."""
    powers = powers_of(official)
    known = organisations().values()
    if powers.everywhere(EDIT):
        return sorted(known, key=lambda each: each.short_ru)
    mine = {
        pk for grant in powers.granting(EDIT) for pk in grant.organisations or ()
    }  # a grant without bodies is unbounded and was met above
    return sorted((each for each in known if each.pk in mine), key=lambda each: each.short_ru)


def widgets_of(official: Official) -> QuerySet[Widget]:
    """Return the widgets an official edits, with how many messages each brought."""
    bodies = [each.pk for each in bodies_with_widgets(official)]
    found = Widget.objects.filter(region=region(), organisation__in=bodies)
    return (
        found.select_related("organisation")
        .annotate(
            brought=Count("reports", distinct=True),
            standing=Count("pages", distinct=True),
            good=Count("pages", filter=Q(pages__faults=[], pages__checked_at__isnull=False),
                       distinct=True),
        )
        .order_by("organisation__short_ru", "title")
    )  # fmt: skip


def pages_to_check(widget_id: int | None = None) -> list[int]:
    """Return the ids of pages to look at: a widget's, or those of all that are shown."""
    found = WidgetPage.objects.filter(region=region(), widget__active=True)
    if widget_id is not None:
        found = found.filter(widget=widget_id)
    return list(found.values_list("pk", flat=True))


def facts_of(widget: Widget) -> list[Topic]:
    """Return the facts a widget offers: those under its topics; all if it names none."""
    tree = topics()
    chosen = {each.pk for each in widget.topics.all()}
    if not chosen:
        return list(tree.facts)
    return [fact for fact in tree.facts if chosen & {each.pk for each in tree.path(fact)}]


def cases_of(widget: Widget) -> QuerySet[Case]:
    """Return the public cases a widget tells about: its organisation's, of its topics."""
    found = public_cases().filter(organisation__in=subtree_ids(widget.organisation_id))
    if chosen := [each.pk for each in widget.topics.all()]:
        found = found.filter(
            Q(topic__in=chosen) | Q(topic__parent__in=chosen) | Q(topic__category__in=chosen)
        )
    return found


@dataclass(frozen=True)
class Totals:
    """How many messages since a moment: taken, answered, confirmed as solved; waiting now."""

    received: int
    answered: int
    solved: int
    waiting: int


def totals_of(widget: Widget, since: datetime) -> Totals:
    """Count what a counter shows."""
    lately = Q(received_at__gte=since)
    told = cases_of(widget).aggregate(
        received=Count("pk", filter=lately),
        answered=Count("pk", filter=lately & (Q(status="answered") | Q(status__in=FINAL))),
        solved=Count("pk", filter=lately & Q(status="resolved_confirmed")),
        waiting=Count("pk", filter=~Q(status="answered") & ~Q(status__in=FINAL)),
    )
    return Totals(**told)
