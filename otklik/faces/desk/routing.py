"""Routing rules that hand-overs propose: an administrator takes or declines each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from otklik.faces import access
from otklik.flow.arbitration import commands, queries
from otklik.flow.cases.rules import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def routing(request: HttpRequest) -> HttpResponse:
    """Show what is proposed and what was decided; settle one proposal."""
    official = access.official_or_404(request, queries.EDIT)
    if not queries.may_settle(official):
        raise PermissionDenied
    now, more, status = timezone.now(), dict[str, Any](), 200
    if request.method == "POST":
        key, reason = request.POST.get("key", ""), request.POST.get("reason", "")
        accept = "accept" in request.POST
        try:
            commands.settle(key, accept=accept, reason=reason, by=official, now=now)
        except Refused as refusal:
            more, status = {"error": refusal.ru, "failed": key, "typed": reason}, 422
        else:
            notices.success(request, _("Правило принято") if accept else _("Отклонено"))
            return redirect("desk:routing")
    context = {"proposals": queries.proposals(now), "verdicts": queries.verdicts()[:50], **more}
    return render(request, "desk/routing.html", context, status=status)
