"""Proposals of residents on the desk: look, return with a reason, refuse, publish."""

from __future__ import annotations

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
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import access, show
from otklik.ground.accounts.rules import Refused
from otklik.participation.proposals import commands, queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.participation.proposals.models import Proposal

PAGE = 50


def _proposal_or_404(official: Official, proposal_id: int) -> Proposal:
    try:
        return queries.proposal_for(official, proposal_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """List proposals by how they stand, those that wait first."""
    official = access.official_or_404(request, queries.MODERATE)
    tab = request.GET.get("state", rules.SENT)
    found = queries.proposals_for(official).filter(state=tab if tab in queries.TABS else rules.SENT)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    tabs = [
        (rules.SENT, _("Ждут проверки")), (rules.RETURNED, _("Возвращены")),
        (rules.ACCEPTED, _("Опубликованы")), (rules.REFUSED, _("Отклонены")),
    ]  # fmt: skip
    return render(request, "desk/proposals.html", {"page": page, "tab": tab, "tabs": tabs})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show a proposal as everybody would read it; who proposes is not told; decide on it."""
    official = access.official_or_404(request, queries.MODERATE)
    found, error = _proposal_or_404(official, proposal_id), ""
    if request.method == "POST":
        try:
            _decide(request, found, official)
        except Refused as refusal:
            error = show.said(refusal)
        else:
            return redirect("desk:proposals")
    context = {
        "proposal": found, "reasons": queries.reasons().values(), "error": error,
        "typed": request.POST, "steps": found.steps.select_related("by__person"),
        "limits": queries.limits(), "waits": found.state == rules.SENT,
        "needed": queries.limits().needed(local=found.territory_id is not None),
    }  # fmt: skip
    return render(request, "desk/proposal.html", context, status=422 if error else 200)


def _decide(request: HttpRequest, found: Proposal, official: Official) -> None:
    verb, now = request.POST.get("verb", ""), timezone.now()
    if verb == "publish":
        commands.publish(found.pk, by=official, now=now)
        notices.success(request, _("Опубликовано"))
    elif verb in {"return", "refuse"}:
        commands.answer(
            found.pk, back=verb == "return", reason=request.POST.get("reason", ""),
            text=request.POST.get("text", ""), by=official, now=now,
        )  # fmt: skip
        notices.success(request, _("Автору сказано почему"))
    else:
        raise Http404
