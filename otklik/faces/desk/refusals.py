"""Refusals on the desk: an author's objection on the case's page, and the week's sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access, show
from otklik.flow.cases.queries import sights_on
from otklik.flow.cases.rules import Refused
from otklik.flow.refusals import commands, queries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.accounts.rules import Sight


PAGE = 20


def of_a_case(found: Case, seen: Sight) -> dict[str, Any]:
    """Return what the page of a case shows of its refusal and of the objection to it."""
    contest = queries.contest_of(found)
    said = {
        "text": show.words(contest.text, seen), "upheld": contest.upheld,
        "reason": contest.reason, "decided_at": contest.decided_at,
    } if contest else None  # fmt: skip
    return {"refusal": show.refusal(found), "contest": said}


def _checker(request: HttpRequest) -> Official:
    official = access.official_or_404(request)
    if not queries.may_check(official):
        raise PermissionDenied
    return official


@never_cache
@login_required
@require_GET
def sample(request: HttpRequest) -> HttpResponse:
    """List the refusals of the sample that an official may look at."""
    return _page(request, _checker(request))


def _page(
    request: HttpRequest, official: Official, *, status: int = 200, **more: Any
) -> HttpResponse:
    page = Paginator(queries.waiting_for(official), PAGE).get_page(request.GET.get("page"))
    seen = sights_on(official, [each.case for each in page], timezone.now())
    rows = [
        {"check": each, "refusal": show.refusal(each.case),
         "shown": show.desk_case(each.case, seen[each.case_id])}
        for each in page
    ]  # fmt: skip
    context = {
        "page": page, "rows": rows, "done": queries.checked_by(official), "share": queries.share(),
        **more,
    }  # fmt: skip
    return render(request, "desk/refusals.html", context, status=status)


@login_required
@require_POST
def check(request: HttpRequest, check_id: int) -> HttpResponse:
    """Take a checker's word: right, or wrong and why."""
    official = _checker(request)
    if not queries.checks_for(official).filter(pk=check_id).exists():
        raise Http404
    reason = request.POST.get("reason", "")
    try:
        commands.check_refusal(
            check_id, right=request.POST.get("right") == "yes", reason=reason, by=official,
            now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        more = {"error": show.said(refusal), "error_at": check_id, "typed": reason}
        return _page(request, official, status=422, **more)
    notices.success(request, _("Записано"))
    return redirect("desk:refusals")
