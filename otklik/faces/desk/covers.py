"""Covering plates, faces and papers on a photo before everybody sees it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import access
from otklik.flow.cases import queries
from otklik.flow.intake import commands, rules
from otklik.flow.intake.files import IMAGES, looks
from otklik.flow.intake.queries import boxes_of, photo_of
from otklik.ground.accounts.commands import note_look

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.flow.cases.models import Case
    from otklik.flow.intake.models import Attachment
    from otklik.ground.accounts.models import Official

SIDES = ("x", "y", "width", "height")
BLANK, PREVIEW = 2, 960


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def photo(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Show a photo with what is covered; keep what an official covers, or show how it would be."""
    official, case, found = _asked(request, number, token)
    may_open = _may_open(official, case)
    if request.method == "GET":
        if found.mime not in IMAGES:
            raise Http404
        return _page(request, case, found, rows=boxes_of(found), may_open=may_open)
    rows = list(zip(*(request.POST.getlist(side) for side in SIDES), strict=False))
    try:
        boxes = rules.read_boxes(rows)
        if "preview" in request.POST:
            rules.check_covering(boxes_of(found), boxes, may_open=may_open)
            return _page(request, case, found, rows=rows, may_open=may_open, preview=_shown(
                found, boxes))  # fmt: skip
        commands.cover(found, boxes, may_open=may_open, by=official, now=timezone.now())
    except rules.Refused as refusal:
        error = rules.joined(refusal.problems, "ru")
        return _page(request, case, found, rows=rows, may_open=may_open, status=422, error=error)
    notices.success(request, _("Копия снимка для всех сделана заново"))
    return redirect("desk:case", case.spoken)


@never_cache
@login_required
@require_GET
def whole(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Give a photo with nothing covered, to those who may see personal data; on record."""
    official, case, found = _asked(request, number, token)
    if found.mime not in IMAGES or not _may_open(official, case):
        raise Http404
    role = queries.role_on(official, case)
    note_look(official, subject=case.ref, what="file", role=role, now=timezone.now())
    return HttpResponse(looks(found.original), content_type="image/jpeg")


def _asked(request: HttpRequest, number: str, token: str) -> tuple[Official, Case, Attachment]:
    official = access.official_or_404(request)
    try:
        case = queries.case_for(official, number)
        found = photo_of(case.report, token)
    except ObjectDoesNotExist:
        raise Http404 from None
    if not queries.may_cover(official, case, found):
        raise PermissionDenied
    return official, case, found


def _may_open(official: Official, case: Case) -> bool:
    return queries.sight_on(official, case, timezone.now()).text


def _shown(found: Attachment, boxes: tuple[rules.Box, ...]) -> str:
    body = base64.b64encode(looks(found.original, boxes, PREVIEW)).decode()
    return f"data:image/jpeg;base64,{body}"


def _page(
    request: HttpRequest,
    case: Case,
    found: Attachment,
    *,
    rows: Any,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    shown = [[_said(value) for value in row] for row in rows]
    context = {
        "case": case,
        "photo": found,
        "is_picture": found.mime in IMAGES,
        "rows": [*shown, *([""] * len(SIDES) for _place in range(BLANK))],
        "proof": found.purpose == "proof",
        **more,
    }
    return render(request, "desk/photo.html", context, status=status)


def _said(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
