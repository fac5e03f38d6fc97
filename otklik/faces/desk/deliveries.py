"""What went to the author of a case: for support that is asked «почему мне не пришло»."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from otklik.faces import access, told
from otklik.flow.cases import queries as cases
from otklik.ground.accounts.commands import note_look
from otklik.ground.accounts.rules import PERSONAL
from otklik.readers.notifications.choosing import log_about

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = 50


@never_cache
@login_required
@require_GET
def log(request: HttpRequest, number: str) -> HttpResponse:
    """Show what went out, with no address and no words; the look is on record."""
    official = access.official_or_404(request)
    try:
        case = cases.case_for(official, number)
    except ObjectDoesNotExist:
        raise Http404 from None
    if PERSONAL not in cases.permissions_on(official, case):
        raise PermissionDenied
    role = cases.role_on(official, case)
    note_look(official, subject=case.ref, what="notices", role=role, now=timezone.now())
    found = log_about(case.ref, case.report.author)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [told.delivery(each, "ru", of=case.ref) for each in page]
    context = {"page": page, "rows": rows, "case": case, "desk": True}
    return render(request, "desk/deliveries.html", context)
