"""A public list by place and theme: what was chosen, what may be, what remains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Paginator

from otklik.faces.templatetags.otklik import named, titled
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from otklik.participation.projects.queries import about

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


def narrowed(
    request: HttpRequest, found: QuerySet[Any], size: int, path: str = "phase__project__in"
) -> dict[str, Any]:
    """Return a page of what the address chooses; what it does not know is nothing chosen.

    `path` leads from a row to its project.
    """
    places, themes = territories(), {each.code: each for each in topics().categories}
    place, theme = request.GET.get("territory", ""), request.GET.get("topic", "")
    place, theme = place if place in places else "", theme if theme in themes else ""
    chosen = {name: code for name, code in (("territory", place), ("topic", theme)) if code}
    if chosen:
        found = found.filter(**{path: about(place, theme)})
    return {
        "page": Paginator(found, size).get_page(request.GET.get("page")), "territory": place,
        "topic": theme, "territories": sorted(places.values(), key=named),
        "topics": sorted(themes.values(), key=titled), "query": urlencode(chosen),
    }  # fmt: skip
