"""The author's word against a refusal: one button with a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otklik.faces import access, show
from otklik.flow.cases.queries import case_of_report
from otklik.flow.cases.rules import Refused
from otklik.flow.refusals import commands, queries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.flow.cases.models import Case


def of_own_case(found: Case) -> dict[str, Any]:
    """Return what the author's page shows of a refusal that may be, or is, contested."""
    return {
        "may_contest": queries.may_contest(found, timezone.now()),
        "contest": queries.contest_of(found),
    }


@require_POST
def contest(request: HttpRequest, number: str) -> HttpResponse:
    """Take the author's word that the refusal is wrong."""
    from otklik.faces.site.views import own_page  # noqa: PLC0415  (it shows this module's part)

    report = access.report_or_404(request, number)
    text = request.POST.get("text", "")
    by = request.user.ref if request.user.is_authenticated else "anonymous"
    try:
        commands.contest_refusal(report.number, text=text, by=by, now=timezone.now())
    except Refused as refusal:
        more = {"contest_error": show.said(refusal), "typed": {"text": text}}
        return own_page(request, report, case_of_report(report.number), status=422, **more)
    notices.success(request, _("Передали другому модератору: он проверит отказ"))
    return redirect("site:case", report.spoken)
