"""Whom a head must get in touch with after a low rating: the list, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access, show
from otklik.flow.amends import commands, queries
from otklik.flow.cases.queries import sights_on
from otklik.flow.cases.rules import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.accounts.rules import Sight

DONE = 20
PAGE = 20


@never_cache
@login_required
@require_GET
def duties(request: HttpRequest) -> HttpResponse:
    """List whom the bodies that an official heads must get in touch with, and until when."""
    return _page(request, access.official_or_404(request, queries.HEAD))


def _page(
    request: HttpRequest, official: Official, *, status: int = 200, **more: Any
) -> HttpResponse:
    now = timezone.now()
    page = Paginator(queries.open_for(official), PAGE).get_page(request.GET.get("page"))
    seen = sights_on(official, [each.case for each in page], now)
    context = {
        "page": page,
        "rows": [(each, show.words(each.rating.comment, seen[each.case_id])) for each in page],
        "done": queries.done_for(official)[:DONE], "now": now, **more,
    }  # fmt: skip
    return render(request, "desk/amends.html", context, status=status)


@login_required
@require_POST
def report(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Take what an author was asked and what came of it."""
    official = access.official_or_404(request, queries.HEAD)
    if not queries.duties_for(official).filter(pk=duty_id).exists():
        raise Http404
    typed = {name: request.POST.get(name, "") for name in ("asked", "outcome")}
    try:
        commands.report_contact(duty_id, **typed, by=official, now=timezone.now())
    except Refused as refusal:
        more = {"error": show.said(refusal), "error_at": duty_id, "typed": typed}
        return _page(request, official, status=422, **more)
    notices.success(request, _("Записано, автору сообщим"))
    return redirect("desk:amends")


def of_a_case(found: Case, seen: Sight) -> dict[str, Any]:
    """Return what the page of a case shows of what was owed after a low rating."""
    told = [
        (each, show.words(each.asked, seen), show.words(each.outcome, seen))
        for each in queries.duties_of(found)
    ]
    return {"duties": told}
