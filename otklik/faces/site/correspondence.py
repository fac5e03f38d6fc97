"""What the author and the executor write to each other, on the author's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otklik.faces import access, show
from otklik.faces.forms import uploads
from otklik.flow.cases.queries import case_of_report
from otklik.flow.cases.rules import Refused
from otklik.flow.correspondence import commands, queries
from otklik.flow.intake import rules as intake_rules

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.flow.cases.models import Case


def of_own_case(found: Case) -> dict[str, Any]:
    """Return what the author's page shows of the correspondence; what is shown is read."""
    lines = [show.line(each) for each in queries.lines_of(found)]
    commands.read_lines(found, by_author=True, now=timezone.now())
    return {"lines": lines}


@require_POST
def write(request: HttpRequest, number: str) -> HttpResponse:
    """Take what the author writes to those who work on the case."""
    from otklik.faces.site.views import own_page  # noqa: PLC0415  (it shows this module's part)

    report = access.report_or_404(request, number)
    text = request.POST.get("text", "")
    by = request.user.ref if request.user.is_authenticated else "anonymous"
    try:
        commands.write_back(
            report.number, text=text, files=uploads(request, "photos"), by=by, now=timezone.now()
        )
    except (Refused, intake_rules.Refused) as refusal:
        more = {"write_error": _said(refusal), "typed": {"text": text}}
        return own_page(request, report, case_of_report(report.number), status=422, **more)
    notices.success(request, _("Передали исполнителю"))
    return redirect("site:case", report.spoken)


def _said(refusal: Refused | intake_rules.Refused) -> str:
    if isinstance(refusal, intake_rules.Refused):
        return intake_rules.joined(refusal.problems, "en" if get_language() == "en" else "ru")
    return show.said(refusal)
