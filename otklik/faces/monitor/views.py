"""The wall that leaders see: the live map, and its equal table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET

from otklik.faces import access
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import directory, topics
from otklik.readers.heatmap import queries as heat
from otklik.readers.heatmap.rules import BANDS
from otklik.readers.live.queries import sees_all, token

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """Show the live map; leaders see all, others what the public may."""
    official = access.official(request)
    all_of_it = sees_all(official)
    context: dict[str, Any] = {
        "token": token(official) if official and all_of_it else "",
        "all_of_it": all_of_it,
        "categories": topics().categories,
        "channels": directory("channels").values(),
        "bands": BANDS,
        "demo_storm": settings.DEMO and all_of_it,
    }
    return render(request, "monitor/wall.html", context)


@never_cache
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """Show the same as a table, without a map and without JavaScript."""
    now = timezone.localtime()
    filters = heat.HeatFilters(topics=tuple(filter(None, [request.GET.get("topic", "")])))
    found = heat.snapshot(
        filters, "territory", now=now, public=not sees_all(access.official(request))
    )
    known = territories()
    lines = [
        {
            **cell,
            "title": known[cell["cell"]].short_ru if cell["cell"] in known else cell["cell"],
            "band_title": BANDS[cell["band"]]["ru"],
            "topic_title": found["topics"].get(cell["topic"], {}).get("ru", ""),
        }
        for cell in found["cells"]
    ]
    lines.sort(key=lambda line: (-(line["acuity"] or 0), -line["count"]))
    context = {
        "lines": lines, "at": now, "categories": topics().categories,
        "topic": request.GET.get("topic", ""),
    }  # fmt: skip
    return render(request, "monitor/table.html", context)


@require_GET
@cache_control(public=True, max_age=3600)
def shapes(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Give the municipalities' borders with their codes."""
    features = [
        {
            "type": "Feature",
            "geometry": each.polygon,
            "properties": {
                "code": each.code,
                "title": each.short_ru,
                "population": each.population,
            },
        }
        for each in territories().values()
        if each.polygon
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})
