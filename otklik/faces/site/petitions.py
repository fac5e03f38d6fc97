"""Petitions for citizens: what is asked for, how far it is, one signature a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import show
from otklik.faces.site.narrowing import narrowed
from otklik.faces.site.votes import declared
from otklik.faces.templatetags.otklik import named
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.participation.outcomes import queries as outcomes
from otklik.participation.petitions import commands, queries
from otklik.participation.projects import queries as projects
from otklik.participation.proposals.queries import answer_by, behind

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.participation.petitions.models import Petition

PAGE = 20


def _petition_or_404(slug: str) -> Petition:
    try:
        return queries.public_petition(slug)
    except ObjectDoesNotExist:
        raise Http404 from None


@require_GET
def petitions(request: HttpRequest) -> HttpResponse:
    """List petitions, the newest window first."""
    now, context = timezone.now(), narrowed(request, queries.public_petitions(), PAGE)
    lines = [(each, queries.state(each, now)) for each in context["page"]]
    return render(request, "site/petitions.html", {**context, "lines": lines})


@never_cache
@require_GET
def petition(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a petition: who gathers signatures, how many there are, what came of it."""
    found, now = _petition_or_404(slug), timezone.now()
    person: Any = request.user
    places = territories()
    names = [named(places[c]) for c in found.phase.audience.territories if c in places]
    context = {
        "proposal": behind(found.phase.project), "answer_by": answer_by(found.reached_at),
        "petition": found, "phase": found.phase, "state": queries.state(found, now),
        "audience": found.phase.audience, "places": sorted(names), "came": queries.came(found),
        "own": queries.own(found, person) if person.is_authenticated else None,
        "one": outcomes.outcome_of(found.phase, now), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "site/petition.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a signature, or give it back; who has not said where they live says it first."""
    found, person = _petition_or_404(slug), request.user
    try:
        if request.method == "POST" and "territory" in request.POST:
            declared(request)
        if projects.asks_residence(found.phase, person):  # type: ignore[arg-type]
            return _resident(request, found)
        if request.method == "POST":
            _act(request, found)
    except Refused as refusal:
        return _resident(request, found, show.said(refusal))
    return redirect("site:petition", slug)


def _act(request: HttpRequest, found: Petition) -> None:
    person: Any = request.user
    if request.POST.get("act") == "withdraw":
        commands.withdraw(found.pk, person=person, now=timezone.now())
        notices.success(request, _("Подпись отозвана"))
    elif commands.sign(found.pk, person=person, now=timezone.now()):
        notices.success(request, _("Вы подписали"))


def _resident(request: HttpRequest, found: Petition, error: str = "") -> HttpResponse:
    context = {
        "petition": found, "error": error, "typed": request.POST,
        "resident": projects.asks_residence(found.phase, request.user),  # type: ignore[arg-type]
        "territories": sorted(territories().values(), key=named),
    }  # fmt: skip
    return render(request, "site/petition_sign.html", context, status=422 if error else 200)
