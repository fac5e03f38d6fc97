"""The desk's pages of 59-ФЗ: the journal, questions that wait for a body, papers and prints."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import access, papers, show
from otklik.flow.appeals import commands, queries, rules
from otklik.flow.cases import queries as case_queries
from otklik.flow.cases.rules import Refused
from otklik.flow.privacy.queries import kept_until
from otklik.flow.regimes.queries import applicant_of
from otklik.ground.accounts.commands import note_look
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import PERSONAL
from otklik.ground.kit.text import mask, mask_name
from otklik.ground.organisations.queries import organisations
from otklik.ground.topics.queries import directory

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from otklik.flow.appeals.models import Question
    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official

PAGE = 50
FORMS = {"card": "Регистрационная карточка", "file": "Дело целиком"}
TABS = (
    ("", "Все"), ("new", "Ждут регистрации"), ("open", "Рассматриваются"),
    ("overdue", "Просрочены"), ("answered", "Дан ответ"), ("redirected", "Переадресованы"),
    ("left", "Без ответа (ст. 11)"),
)  # fmt: skip


def _day(data: QueryDict, name: str) -> datetime | None:
    try:
        day = parse_date(data.get(name, ""))
    except ValueError:
        return None
    return timezone.make_aware(datetime(day.year, day.month, day.day)) if day else None  # noqa: DTZ001


@never_cache
@login_required
@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """Show the journal of registration: numbers, days, bodies, what waits."""
    official = access.official_or_404(request, "see_case")
    now, until = timezone.now(), _day(request.GET, "until")
    filters = queries.JournalFilters(
        text=request.GET.get("q", "").strip()[:80],
        state=request.GET.get("state", ""),
        organisation=request.GET.get("organisation", ""),
        since=_day(request.GET, "since"),
        until=until + timedelta(days=1) if until else None,
    )
    found = queries.journal_for(official, filters, now).select_related("report__applicant")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "rows": [_row(each) for each in page],
        "tabs": TABS,
        "chosen": request.GET,
        "query": query.urlencode(),
        "organisations": sorted(organisations().values(), key=lambda each: each.short_ru),
        "waiting": queries.questions_for(official).count(),
        "may_answer": powers_of(official).anywhere("draft_answer"),
        "may_register": powers_of(official).anywhere("register_appeals"),
        "may_export": powers_of(official).anywhere("export_cases"),
        "now": now,
    }
    return render(request, "desk/appeals.html", context)


def _row(case: Case) -> dict[str, Any]:
    who = getattr(case.report, "applicant", None)
    names = (who.last_name, who.first_name, who.patronymic) if who else ()
    return {
        "case": case,
        "registration": getattr(case, "registration", None),
        "who": mask_name(*names),
        "label": show.status_label(case),
        "group": show.GROUP.get(case.status, "closed"),
    }


@never_cache
@login_required
@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """List the questions that wait for the official's bodies; of the appeal nothing else."""
    official = access.official_or_404(request, "draft_answer")
    return _questions_page(request, official)


def _questions_page(
    request: HttpRequest, official: Official, *, status: int = 200, **more: Any
) -> HttpResponse:
    found = Paginator(queries.questions_for(official), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "rows": [{"question": each, "text": mask(each.text)} for each in found],
        "outcomes": rules.OUTCOMES.items(),
        "now": timezone.now(),
        **more,
    }
    return render(request, "desk/questions.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["POST"])
def answer(request: HttpRequest, question_id: int) -> HttpResponse:
    """Take the answer to one question."""
    official = access.official_or_404(request, "draft_answer")
    found = _question_or_404(official, question_id)
    try:
        commands.answer_question(
            found.pk, text=request.POST.get("text", ""),
            outcome=request.POST.get("outcome", ""), by=official, now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        more = {"error": refusal.ru, "error_question": question_id, "typed": request.POST}
        return _questions_page(request, official, status=422, **more)
    notices.success(request, _("Ответ на вопрос принят"))
    return redirect("desk:questions")


def _question_or_404(official: Official, question_id: int) -> Question:
    found = queries.questions_for(official).filter(pk=question_id).first()
    if found is None:
        raise Http404
    return found


def _opened(request: HttpRequest, number: str) -> tuple[Official, Case]:
    """Return the official and the case whose paper they may read: it names the author."""
    official = access.official_or_404(request)
    try:
        case = case_queries.case_for(official, number)
    except ObjectDoesNotExist:
        raise Http404 from None
    if PERSONAL not in case_queries.permissions_on(official, case):
        raise PermissionDenied
    role = case_queries.role_on(official, case)
    note_look(official, subject=case.ref, what="contact", role=role, now=timezone.now())
    return official, case


@never_cache
@login_required
@require_GET
def print_form(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Print the card or the whole file."""
    if form not in FORMS:
        raise Http404
    _official, case = _opened(request, number)
    return papers.form(case, form, FORMS[form])


@never_cache
@login_required
@require_GET
def notice(request: HttpRequest, number: str, notice_id: int) -> HttpResponse:
    """Print a notice."""
    _official, case = _opened(request, number)
    return papers.notice(case, notice_id)


@never_cache
@login_required
@require_GET
def kept(request: HttpRequest, number: str, paper_id: int) -> HttpResponse:
    """Give a kept paper: the very bytes that were signed."""
    _official, case = _opened(request, number)
    return papers.kept(case, paper_id)


def of_a_case(case: Case) -> dict[str, Any]:
    """Return what the case's page shows of 59-ФЗ."""
    found = queries.dossier(case)
    known = [each for code, each in directory("legal_no_answer_grounds").items()
             if code in rules.GROUNDS and code != rules.STOP]  # fmt: skip
    return {
        "dossier": found,
        "kept_until": kept_until(case),
        "applicant": applicant_of(case.report_id),
        "grounds": known,
        "earlier": queries.earlier_of(case) if case.regime == "appeal_59fz" else [],
        "question_rows": range(1, 7),
    }
