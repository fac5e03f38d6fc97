"""Surveys for citizens: what is asked, a page at a time, the review, the result after the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import show
from otklik.faces.questions import fields, given, reading
from otklik.faces.site.votes import declared
from otklik.faces.templatetags.otklik import named
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.participation.outcomes import queries as outcomes
from otklik.participation.projects import queries as projects
from otklik.participation.projects import rules as phases
from otklik.participation.surveys import commands, queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.participation.surveys.models import Survey

PAGE = 20


def _survey_or_404(slug: str) -> Survey:
    try:
        return queries.public_survey(slug)
    except ObjectDoesNotExist:
        raise Http404 from None


def unverified(survey: Survey) -> bool:
    """Tell whether people are asked whose identity nobody checked: the page says so."""
    return survey.phase.audience.min_level not in phases.VERIFIED


@require_GET
def surveys(request: HttpRequest) -> HttpResponse:
    """List surveys, the newest window first."""
    now = timezone.now()
    page = Paginator(queries.public_surveys(), PAGE).get_page(request.GET.get("page"))
    lines = [(each, queries.state(each, now)) for each in page]
    return render(request, "site/surveys.html", {"page": page, "lines": lines})


@never_cache
@require_GET
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a survey: who asks, until when, how many came; its result after the end."""
    found, now = _survey_or_404(slug), timezone.now()
    person = request.user if request.user.is_authenticated else None
    places = territories()
    names = [named(places[c]) for c in found.phase.audience.territories if c in places]
    context = {
        "survey": found, "phase": found.phase, "state": queries.state(found, now),
        "audience": found.phase.audience, "places": sorted(names), "came": queries.came(found),
        "results": queries.results(found, now), "unverified": unverified(found),
        "own": queries.own(found, person) if person else None,
        "first": rules.next_page(queries.asked(found), {}, 0),
        "one": outcomes.outcome_of(found.phase, now), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "site/survey.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, slug: str, page: int) -> HttpResponse:
    """Ask one page and keep what is said; nothing typed is lost with a mistake."""
    found, now, person = _survey_or_404(slug), timezone.now(), request.user
    if queries.state(found, now) != phases.OPEN:
        return redirect("site:survey", slug)
    if request.method == "POST" and "territory" in request.POST:
        return _declare(request, found, page)
    if projects.resident_of(person) is None:  # type: ignore[arg-type]
        return _page(request, found, page, resident=True)
    if request.method == "GET":
        return _page(request, found, page)
    typed = {one.key: given(one, request.POST) for one in queries.asked(found) if one.page == page}
    try:
        refused = commands.save_page(found.pk, page, typed, person=person, now=now)  # type: ignore[arg-type]
    except Refused as refusal:
        return _page(request, found, page, typed=typed, error=show.said(refusal))
    if refused:
        return _page(request, found, page, typed=typed, refused=refused)
    own = queries.own(found, person)  # type: ignore[arg-type]
    after = rules.next_page(queries.asked(found), own.answers if own else {}, page)
    if after:
        return redirect("site:answer_survey", slug, after)
    return redirect("site:review_survey", slug)


def _page(
    request: HttpRequest, found: Survey, page: int, *, typed: Any = None, refused: Any = None,
    error: str = "", resident: bool = False,
) -> HttpResponse:  # fmt: skip
    person: Any = request.user
    own = queries.own(found, person)
    answers = own.answers if own else {}
    shown = [] if resident else fields(found, page, answers, typed or {}, refused or {})
    if not shown and not resident and not error:
        raise Http404
    pages = sorted({one.page for one in rules.shown(queries.asked(found), answers)})
    context = {
        "survey": found, "fields": shown, "error": error, "refused": refused or {},
        "resident": resident, "typed": typed or {}, "unverified": unverified(found),
        "territories": sorted(territories().values(), key=named) if resident else [],
        "page_number": pages.index(page) + 1 if page in pages else 1, "pages": len(pages),
    }  # fmt: skip
    bad = bool(error or refused)
    return render(request, "site/survey_answer.html", context, status=422 if bad else 200)


def _declare(request: HttpRequest, found: Survey, page: int) -> HttpResponse:
    try:
        declared(request)
    except Refused as refusal:
        return _page(request, found, page, resident=True, error=show.said(refusal),
                     typed=request.POST.dict())  # fmt: skip
    return redirect("site:answer_survey", found.slug, page)


@never_cache
@login_required
@require_GET
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all that was said, to be sent."""
    found, person = _survey_or_404(slug), request.user
    own = queries.own(found, person)  # type: ignore[arg-type]
    if own is None or queries.state(found, timezone.now()) != phases.OPEN:
        return redirect("site:survey", slug)
    context = {"survey": found, "lines": reading(found, own.answers), "own": own}
    return render(request, "site/survey_review.html", context)


@login_required
@require_POST
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an answer; lead back to the page where one is lacking."""
    found, person = _survey_or_404(slug), request.user
    try:
        lacking = commands.send(found.pk, person=person, now=timezone.now())  # type: ignore[arg-type]
    except Refused as refusal:
        notices.error(request, show.said(refusal))
        return redirect("site:survey", slug)
    if lacking:
        notices.error(request, _("Осталось ответить: «%s»") % lacking[0].text)
        return redirect("site:answer_survey", slug, lacking[0].page)
    notices.success(request, _("Ответ принят. До конца опроса его можно изменить"))
    return redirect("site:survey", slug)
