"""The wall that leaders see: the live map, and its equal table."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import access, tasks
from otklik.faces.monitor.filters import asked_of, choices, filters_of
from otklik.faces.templatetags.otklik import named, titled
from otklik.flow.cases.queries import overdue_bodies, solved_since, visible_numbers
from otklik.ground.accounts.queries import powers_of
from otklik.ground.kit.memo import remembered
from otklik.ground.territories.queries import borders, region, territories, territories_by_id
from otklik.participation.outcomes import queries as outcomes
from otklik.participation.projects.queries import may_start
from otklik.readers.heatmap import commands
from otklik.readers.heatmap import queries as heat
from otklik.readers.heatmap import wall as heat_wall
from otklik.readers.heatmap.rules import BANDS, REASONS, Refused, local_midnight, parameters
from otklik.readers.live.queries import listener, sees_all, token

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, QueryDict

    from otklik.ground.accounts.models import Official

BOARD_SECONDS = 15
BROKEN = 20
"""So many broken promises stand under the table."""
HOURS = (2, 6, 12, 24, 72)
"""For how long a place may be marked red."""


@never_cache
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """Show the live map; leaders see all, others what the public may."""
    official = access.official(request)
    all_of_it = sees_all(official)
    context: dict[str, Any] = {
        "token": token(official) if official and all_of_it else "",
        "all_of_it": all_of_it,
        **choices(),
        "asked": asked_of(request.GET),
        "bands": _legend(),
        "reasons": REASONS,
        "demo_storm": settings.DEMO and all_of_it,
        "may_mark": _marks(official),
        "may_instruct": tasks.may_instruct(official),
        "may_organise": may_start(official),
        "hours": HOURS,
        "may_open": official is not None and powers_of(official).anywhere("see_monitor"),
        "may_list": official is not None and powers_of(official).everywhere("see_case"),
        "today": timezone.localdate().isoformat(),
    }
    return render(request, "monitor/wall.html", context)


def _legend() -> list[dict[str, str]]:
    """Return the bands with the figures that they begin and end with."""
    p = parameters(region().settings.get("heat"))
    starts = {
        "calm": 0,
        "attention": p.attention_from,
        "tense": p.tense_from,
        "acute": p.acute_from,
    }
    ends = {
        "calm": p.attention_from - 1, "attention": p.tense_from - 1, "tense": p.acute_from - 1,
        "acute": 100,
    }  # fmt: skip
    return [
        {"code": code, **titles,
         "range": f"{starts[code]}–{ends[code]}" if code in starts else f"< {p.min_cases}"}
        for code, titles in BANDS.items()
    ]  # fmt: skip


@never_cache
@require_GET
def boards(request: HttpRequest) -> JsonResponse:
    """Give what the wall's other scenes show: who owes answers, what was promised and solved."""
    found = _boards()
    if not sees_all(access.official(request)):
        found = {name: found[name] for name in ("at", "solved", "promises")}
    return JsonResponse(found)


@remembered(BOARD_SECONDS)
def _boards() -> dict[str, Any]:
    now = timezone.localtime()
    solved = [
        {**line, "en": line["en"] or line["ru"], "place_ru": line["place_ru"] or "",
         "place_en": line["place_en"] or ""}
        for line in solved_since(local_midnight(now))
    ]  # fmt: skip
    broken = [
        {"what": each.what, "body": each.organisation.short_ru,
         "days": (now.date() - each.due).days, "project": each.ruling.phase.project.title}
        for each in outcomes.overdue(now)[:BROKEN]
    ]  # fmt: skip
    return {
        "at": now,
        "overdue": overdue_bodies(now),
        "solved": solved,
        "promises": {**outcomes.pressing(now), "broken": broken},
    }


@never_cache
@require_GET
def side(request: HttpRequest) -> JsonResponse:
    """Give the panel beside the map as the page's filters narrow it; all of it comes by stream."""
    now = timezone.localtime()
    official = listener(request.GET.get("token", "")) or access.official(request)
    filters, public = filters_of(asked_of(request.GET), now), not sees_all(official)
    return JsonResponse(heat_wall.side(filters, now=now, public=public) | {"public": public})


@never_cache
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """Show the same as a table, without a map and without JavaScript."""
    now = timezone.localtime()
    official = access.official(request)
    asked = asked_of(request.GET)
    filters = filters_of(asked, now)
    found = heat.snapshot(filters, "territory", now=now, public=not sees_all(official))
    known = territories()
    places = [cell["cell"] for cell in found["cells"]]
    told = tasks.at_places(official, places, now) if official else {}
    lines = [
        {
            **cell,
            "instructions": told.get(cell["cell"], []),
            "title": named(known[cell["cell"]]) if cell["cell"] in known else cell["cell"],
            "band_title": BANDS[cell["band"]],
            "forced_title": REASONS[cell["forced"]] if cell["forced"] else None,
            "topic_title": found["topics"].get(cell["topic"], {}),
        }
        for cell in found["cells"]
    ]
    lines.sort(key=lambda line: (line["band"] != "acute", -(line["acuity"] or 0), -line["count"]))
    context = {
        "may_open": official is not None and powers_of(official).anywhere("see_monitor"),
        "query": urlencode({name: each for name, each in asked.items() if each}),
        "lines": lines, "at": now, "asked": asked, **choices(),
        "may_mark": _marks(official),
        "may_instruct": tasks.may_instruct(official), "may_organise": may_start(official),
        "promises": outcomes.pressing(now), "broken": outcomes.overdue(now)[:BROKEN],
    }  # fmt: skip
    return render(request, "monitor/table.html", context)


PAGE = 100
PARTS = {"count": _("Сообщений"), "open": _("Открыто"), "overdue": _("Просрочено")}


@never_cache
@login_required
@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """List the messages that a figure of a place counts: as many as it said, of those one sees."""
    official = access.official_or_404(request, "see_monitor")
    place, part, now = (
        request.GET.get("place", ""),
        request.GET.get("part", ""),
        timezone.localtime(),
    )
    part, asked = part if part in PARTS else "count", asked_of(request.GET)
    try:
        found = heat.behind(place, filters_of(asked, now), part, now=now)
    except heat.UnknownPlaceError:
        raise Http404 from None
    numbers = found.numbers
    seen = visible_numbers(official, numbers)
    page = Paginator([each for each in numbers if each in seen], PAGE).get_page(
        request.GET.get("page")
    )
    told = {"place": place, "part": part} | {name: each for name, each in asked.items() if each}
    context = {
        "title": titled(heat.title(place)), "part_title": PARTS[part], "page": page,
        "cases": found.shown(list(page)),
        "asked": urlencode({name: each for name, each in asked.items() if each}),
        "query": urlencode(told), "hidden": len(numbers) - len(seen) if sees_all(official) else 0,
    }  # fmt: skip
    return render(request, "monitor/behind.html", context)


def _marks(official: Official | None) -> bool:
    return official is not None and powers_of(official).anywhere(heat.MARK_RED)


@never_cache
@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest) -> HttpResponse:
    """Let the duty officer keep a place red, or lift the mark; a page of its own without a map."""
    official = access.official_or_404(request, heat.MARK_RED)
    given = request.POST if request.method == "POST" else request.GET
    place = given.get("place", "")
    try:
        allowed = heat.may_mark(official, place)
    except heat.UnknownPlaceError:
        raise Http404 from None
    if not allowed:
        raise PermissionDenied
    now, said = timezone.localtime(), ""
    if request.method == "POST":
        said = _marked(place, given, official, now)
        if given.get("as") == "json":
            return JsonResponse({"detail": said}, status=422 if said else 200)
        if not said:
            return redirect("monitor:table")
    why = heat.why(place, heat.HeatFilters(), now=now, public=False)
    context = {
        "place": place, "title": titled(heat.title(place)), "why": why, "hours": HOURS,
        "reason": given.get("reason", ""), "chosen": _hours(given.get("hours", "")), "said": said,
        "standing": [each for each in why["marks"] if each["reason"] == "manual"],
    }  # fmt: skip
    return render(request, "monitor/mark.html", context, status=422 if said else 200)


def _marked(place: str, given: QueryDict, official: Official, now: datetime) -> str:
    """Do what the form says; return why it may not be done, or nothing."""
    if given.get("verb") == "unmark":
        commands.unmark(place, by=official.ref, now=now)
        return ""
    until = now + timedelta(hours=_hours(given.get("hours", "")))
    try:
        commands.mark_red(
            place, reason=given.get("reason", ""), until=until, by=official.ref, now=now
        )
    except Refused as refused:
        return titled(vars(refused))
    return ""


def _hours(text: str) -> int:
    return next((hours for hours in HOURS if str(hours) == text), HOURS[-2])


@require_GET
@cache_control(public=True, max_age=3600)
def shapes(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Give the municipalities' borders with their codes."""
    known = territories_by_id()
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(border),
            "properties": {
                "code": each.code,
                "title": each.short_ru,
                "population": each.population,
            },
        }
        for key, border in borders().items()
        if (each := known.get(key))
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})
