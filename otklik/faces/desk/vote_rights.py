"""Rights set aside because too many came at once: looked at by batches, judged with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from otklik.faces import access, pace, show
from otklik.faces.ballot_form import ballot_context
from otklik.faces.desk.votes import vote_or_404
from otklik.ground.accounts.rules import Refused
from otklik.participation.ballots import commands, queries

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def rights(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Show how ballots come and what was set aside; judge a batch. Nobody's name, no choice."""
    official = access.official_or_404(request, queries.ORGANISE)
    found, error = vote_or_404(official, vote_id), ""
    if request.method == "POST":
        said = request.POST
        try:
            number = commands.judge_rights(
                found.pk, said.get("batch", ""), verdict=said.get("verdict", ""),
                reason=said.get("reason", ""), by=official, now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            error = show.said(refusal)
        else:
            notices.success(request, _("Решено о правах: %s") % number)
            return redirect("desk:vote_rights", found.pk)
    context = {
        "vote": found, "batches": queries.held_batches(found), "error": error,
        "typed": request.POST, "held": queries.set_aside(found), "issued": queries.issued(found),
        "rulings": queries.rulings(found), "pace": pace.shown(queries.pace_of(found)),
    }  # fmt: skip
    return render(request, "desk/vote_rights.html", context, status=422 if error else 200)


@never_cache
@login_required
@require_http_methods(["GET"])
def preview(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Show the ballot as a citizen will see it; nothing is sent from here."""
    official = access.official_or_404(request, queries.ORGANISE)
    found = vote_or_404(official, vote_id)
    return render(request, "desk/vote_preview.html", ballot_context(found, None))
