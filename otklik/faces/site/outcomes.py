"""What was done after people were heard: a page for everybody, overdue first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from otklik.faces.papers import stored
from otklik.faces.templatetags.otklik import named
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from otklik.participation.outcomes import queries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

PAGE = 20


@never_cache
@require_GET
def outcomes(request: HttpRequest) -> HttpResponse:
    """List what came of all that ended, by place and theme; needs no JavaScript."""
    now = timezone.now()
    place, topic = request.GET.get("territory", ""), request.GET.get("topic", "")
    known, themes = territories(), topics().categories
    place = place if place in known else ""
    topic = topic if topic in {each.code for each in themes} else ""
    found = queries.outcomes(now, territory=place, topic=topic)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    queries.with_steps(list(page))
    context = {
        "page": page, "place": place, "topic": topic, "themes": themes,
        "places": sorted(known.values(), key=named), "summary": queries.summary(now),
        "undecided": sum(not each.rulings for each in found), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "site/outcomes.html", context)


@require_GET
def photo(request: HttpRequest, token: str, variant: str) -> HttpResponseBase:  # noqa: ARG001
    """Give a copy of a photo, without EXIF; the original is given to nobody."""
    try:
        found = queries.photo(token)
    except ObjectDoesNotExist:
        raise Http404 from None
    copies = {"public": found.public, "thumbnail": found.thumbnail}
    if variant not in copies:
        raise Http404
    return stored(copies[variant], "image/jpeg", f"{token}.jpg")
