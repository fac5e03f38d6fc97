"""A resident's proposals in the cabinet: begin a petition or a project, correct, take back."""

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

from otklik.faces import access, show
from otklik.faces.templatetags.otklik import named
from otklik.ground.accounts.rules import Refused
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.participation.proposals import commands, queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.participation.proposals.models import Proposal


def _own_or_404(request: HttpRequest, proposal_id: int) -> Proposal:
    try:
        return queries.own(request.user, proposal_id)  # type: ignore[arg-type]
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """List one's own proposals with how each stands."""
    found = queries.proposals_by(request.user)  # type: ignore[arg-type]
    return render(request, "site/proposals.html", {"proposals": found})


def _said(request: HttpRequest) -> commands.Said:
    form = request.POST
    return commands.Said(
        form.get("kind", ""), form.get("title", ""), form.get("about", ""),
        organisations().get(form.get("organisation", "")),
        territories().get(form.get("territory", "")), form.get("initiator", ""),
    )  # fmt: skip


def _form(
    request: HttpRequest, typed: Any, error: str = "", found: Proposal | None = None
) -> HttpResponse:
    bodies = [each for each in organisations().values() if each.kind in rules.ADDRESSED]
    context = {
        "typed": typed, "error": error, "proposal": found, "limits": queries.limits(),
        "bodies": sorted(bodies, key=named),
        "territories": sorted(territories().values(), key=named),
    }  # fmt: skip
    return render(request, "site/proposal_form.html", context, status=422 if error else 200)


@never_cache
@login_required
@access.leveled("propose")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a proposal; nothing typed is lost with a mistake."""
    if request.method == "GET":
        return _form(request, {"kind": request.GET.get("kind", "petition")})
    try:
        made = commands.propose(_said(request), person=request.user, now=timezone.now())  # type: ignore[arg-type]
    except Refused as refusal:
        return _form(request, request.POST, show.said(refusal))
    notices.success(request, _("Предложение отправлено на проверку"))
    return redirect("site:proposal", made.pk)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show a proposal: how it stands and why; take it back, or correct it while it waits."""
    found, now = _own_or_404(request, proposal_id), timezone.now()
    live = found.state in rules.LIVE
    if request.method == "GET" and live and "correct" in request.GET:
        typed = {
            "kind": found.kind, "title": found.title, "about": found.about,
            "initiator": found.initiator, "organisation": found.organisation.code,
            "territory": found.territory.code if found.territory else "",
        }  # fmt: skip
        return _form(request, typed, found=found)
    if request.method == "POST":
        try:
            if request.POST.get("act") == "withdraw":
                commands.withdraw(found.pk, now=now)
                notices.success(request, _("Предложение отозвано"))
            else:
                commands.correct(found.pk, _said(request), now=now)
                notices.success(request, _("Предложение отправлено на проверку"))
        except Refused as refusal:
            return _form(request, request.POST, show.said(refusal), found)
        return redirect("site:proposal", found.pk)
    context = {"proposal": found, "live": live, "steps": steps_of(found)}
    return render(request, "site/proposal.html", context)


def steps_of(found: Proposal) -> list[dict[str, Any]]:
    """Return what was done with a proposal, in words."""
    titles = {
        "send": _("отправлено"), "correct": _("исправлено и отправлено"),
        "withdraw": _("отозвано"), "return": _("возвращено, нужно исправить"),
        "refuse": _("отклонено"), "publish": _("опубликовано"),
    }  # fmt: skip
    return [{"step": each, "title": titles[each.verb]} for each in found.steps.all()]
