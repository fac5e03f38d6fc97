"""Projects on the desk: begin one from messages, a problem or a place; what it grew from."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.templatetags.otklik import named
from otklik.flow.cases import queries as cases
from otklik.flow.problems import queries as problems
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.participation.projects import commands, queries
from otklik.readers.heatmap import queries as heat

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.participation.projects.models import Project

PAGE = 50
MOST = 500
"""So many messages are tied at once."""


def _project_or_404(official: Official, project_id: int) -> Project:
    try:
        return queries.project_for(official, project_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """List the projects that an official leads."""
    official = access.official_or_404(request, *queries.START)
    page = Paginator(queries.led_by(official), PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/projects.html", {"page": page})


def _numbers(text: str) -> list[str]:
    return re.findall(r"[0-9A-Za-zА-Яа-я-]{4,}", text)[:MOST]


def _visible(official: Official, text: str) -> QuerySet[Case]:
    """Return those of the named messages that an official may see."""
    said = [each.replace("-", "") for each in _numbers(text)]
    return cases.cases_of(official).filter(number__in=[*said, *_numbers(text)])


def _begun(request: HttpRequest, official: Official) -> dict[str, str]:
    """Return what a project begun from a problem, a place or messages already knows."""
    given = request.GET
    if given.get("problem", "").isdecimal():
        try:
            found = problems.problem_for(official, int(given["problem"]))
        except ObjectDoesNotExist:
            raise Http404 from None
        numbers = problems.cases_in(official, found).values_list("number", flat=True)[:MOST]
        place = found.territory.code if found.territory else ""
        return {"title": found.title, "summary": found.about, "territory": place,
                "numbers": " ".join(numbers)}  # fmt: skip
    if "cell" in given:
        return _of_place(official, given["cell"])
    return {"numbers": given.get("numbers", ""), "territory": given.get("territory", "")}


def _of_place(official: Official, cell: str) -> dict[str, str]:
    shown = partial(cases.visible_numbers, official)
    try:
        why = heat.why(cell, heat.HeatFilters(), now=timezone.now(), public=False, shown=shown)
    except heat.UnknownPlaceError:
        raise Http404 from None
    return {"title": str(why["title"]["ru"]), "territory": cell if cell in territories() else "",
            "numbers": " ".join(each["number"] for each in why["cases"][:MOST])}  # fmt: skip


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a project, with the messages that it grows from; what was typed comes back."""
    official = access.official_or_404(request, *queries.START)
    error, typed = "", request.POST.dict() if request.method == "POST" else {}
    if request.method == "POST":
        try:
            made = commands.start_project(
                title=typed.get("title", ""), summary=typed.get("summary", ""),
                territory=territories().get(typed.get("territory", "")), by=official,
                now=timezone.now(),
            )  # fmt: skip
            found = list(_visible(official, typed.get("numbers", "")))
            commands.link_cases(made, found, by=official, now=timezone.now())
        except Refused as refusal:
            error = show.said(refusal)
        else:
            return redirect("desk:project", made.pk)
    context = {
        "typed": typed or _begun(request, official), "error": error,
        "territories": sorted(territories().values(), key=named),
    }  # fmt: skip
    return render(request, "desk/project_form.html", context, status=422 if error else 200)


@never_cache
@login_required
@require_GET
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show a project, its steps and the messages it grew from, as far as one may see them."""
    official = access.official_or_404(request, *queries.START)
    found = _project_or_404(official, project_id)
    mine = cases.cases_of(official).filter(pk__in=queries.cases_of(found))
    context = {
        "project": found, "cases": mine.select_related("topic")[:MOST],
        "linked": queries.cases_of(found).count(), "phases": found.phases.all(),
    }  # fmt: skip
    return render(request, "desk/project.html", context)


@login_required
@require_POST
def act(request: HttpRequest, project_id: int, verb: str) -> HttpResponse:
    """Tie messages to a project, untie one, or show the project to everybody."""
    official, now = access.official_or_404(request, *queries.START), timezone.now()
    found, said = _project_or_404(official, project_id), request.POST.get("numbers", "")
    if verb == "link":
        new_ones = commands.link_cases(found, list(_visible(official, said)), by=official, now=now)
        notices.success(request, _("Связано сообщений: %d") % new_ones)
    elif verb == "unlink":
        commands.unlink_case(found, said, by=official, now=now)
    elif verb == "publish":
        commands.publish_project(found, by=official, now=now)
        notices.success(request, _("Проект видят все"))
    else:
        raise Http404
    return redirect("desk:project", found.pk)
