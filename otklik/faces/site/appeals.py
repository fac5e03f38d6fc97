"""The citizen's side of 59-ФЗ: the choice on the form, the wish on the page, letters and answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access, papers
from otklik.faces.forms import SendForm
from otklik.flow.appeals import commands, queries
from otklik.flow.cases import queries as case_queries
from otklik.flow.cases import rules as case_rules
from otklik.flow.intake import rules as intake_rules
from otklik.flow.regimes.queries import regime
from otklik.flow.regimes.rules import APPEAL
from otklik.ground.organisations.queries import organisations

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.flow.cases.models import Case


def choice() -> dict[str, Any]:
    """Return what the form needs to offer both ways."""
    return {
        "appeal": regime(APPEAL),
        "bodies": sorted(organisations().values(), key=lambda each: each.short_ru),
    }


def of_own_case(found: Case) -> dict[str, Any]:
    """Return what the author's page shows of 59-ФЗ."""
    return {"dossier": queries.dossier(found), "regime": found.regime}


def _own(request: HttpRequest, number: str) -> Case:
    report = access.report_or_404(request, number)
    found = case_queries.case_of_report(report.number)
    if found is None:
        raise Http404
    return found


@require_POST
def make(request: HttpRequest, number: str) -> HttpResponse:
    """Deal with one's message as an appeal from now on."""
    report = access.report_or_404(request, number)
    form = SendForm.posted(request.POST)
    if words := access.lacks_level(request, "appeal"):
        return _again(request, number, words, form)
    by = request.user.ref if request.user.is_authenticated else "anonymous"
    try:
        commands.make_appeal(report.number, form.applicant(), by=by, now=timezone.now())
    except intake_rules.Refused as refusal:
        return _again(request, number, intake_rules.joined(refusal.problems, "ru"), form)
    except case_rules.Refused as refusal:
        return _again(request, number, refusal.ru, form)
    except ObjectDoesNotExist:
        return _again(request, number, _("Ещё обрабатываем, попробуйте через минуту"), form)
    notices.success(request, _("Теперь это обращение. О регистрации пришлём уведомление"))
    return redirect("site:case", report.spoken)


def _again(request: HttpRequest, number: str, error: str, form: SendForm) -> HttpResponse:
    from otklik.faces.site.views import own_page  # noqa: PLC0415  (it shows this module's part)

    report = access.report_or_404(request, number)
    found = case_queries.case_of_report(report.number)
    more = {"appeal_error": error, "form": form.values}
    return own_page(request, report, found, status=422, **more)


@never_cache
@require_GET
def notice(request: HttpRequest, number: str, notice_id: int) -> HttpResponse:
    """Give the author a letter as PDF."""
    return papers.notice(_own(request, number), notice_id)


@never_cache
@require_GET
def kept(request: HttpRequest, number: str, paper_id: int) -> HttpResponse:
    """Give the author the answer's document."""
    return papers.kept(_own(request, number), paper_id, to_author=True)
