"""Surveys for citizens: what is asked, a page at a time, the review, the result after the end."""

from __future__ import annotations

from functools import wraps
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import show, storm
from otklik.faces.questions import fields, given, group_title, reading
from otklik.faces.site.narrowing import narrowed
from otklik.faces.site.votes import declared
from otklik.faces.templatetags.otklik import named
from otklik.faces.visitor import prefix_of
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.participation.outcomes import queries as outcomes
from otklik.participation.projects import queries as projects
from otklik.participation.projects import rules as phases
from otklik.participation.surveys import commands, queries, rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from otklik.ground.accounts.models import Person
    from otklik.participation.surveys.models import Response, Survey

PAGE = 20
HALF_A_YEAR = 180 * 86_400


def _survey_or_404(slug: str) -> Survey:
    try:
        return queries.public_survey(slug)
    except ObjectDoesNotExist:
        raise Http404 from None


def unverified(survey: Survey) -> bool:
    """Tell whether people are asked whose identity nobody checked: the page says so."""
    return survey.phase.audience.min_level not in phases.VERIFIED


def _who(request: HttpRequest, found: Survey) -> tuple[Person | None, str]:
    """Return who is here: a person, or what their browser keeps of an anonymous survey."""
    if request.user.is_authenticated:
        return request.user, ""
    return None, request.COOKIES.get(_cookie(found), "")[:64] if found.guests else ""


def _cookie(found: Survey) -> str:
    """Return what the browser's number is called: a path of its own forbids it `__Host-`."""
    return f"{'__Secure-' if settings.HTTPS_ONLY else ''}survey-{found.pk}"


def _known(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in who signed in; into an anonymous survey anybody, whose browser keeps a number."""

    @wraps(view)
    def run(request: HttpRequest, slug: str, **more: Any) -> HttpResponse:
        found = _survey_or_404(slug)
        person, guest = _who(request, found)
        if person is None and not found.guests:
            return redirect_to_login(request.get_full_path())
        new = "" if person or guest else token_hex(16)
        response = view(request, found, person=person, guest=guest or new, **more)
        if new:
            response.set_cookie(
                _cookie(found), new, max_age=HALF_A_YEAR, httponly=True, samesite="Lax",
                path=reverse("site:survey", args=[slug]), secure=request.is_secure(),
            )  # fmt: skip
        return response

    return run


@require_GET
def surveys(request: HttpRequest) -> HttpResponse:
    """List surveys, the newest window first."""
    now, context = timezone.now(), narrowed(request, queries.public_surveys(), PAGE)
    lines = [(each, queries.state(each, now)) for each in context["page"]]
    return render(request, "site/surveys.html", {**context, "lines": lines})


@never_cache
@require_GET
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a survey: who asks, until when, how many came; its result after the end."""
    found, now = _survey_or_404(slug), timezone.now()
    person, guest = _who(request, found)
    places = territories()
    names = [named(places[c]) for c in found.phase.audience.territories if c in places]
    context = {
        "survey": found, "phase": found.phase, "state": queries.state(found, now),
        "audience": found.phase.audience, "places": sorted(names), "came": queries.came(found),
        "results": queries.results(found, now), "unverified": unverified(found),
        "own": queries.own(found, person, guest),
        "quotas": [
            {**each, "title": group_title(each["quota"])} for each in queries.quotas(found)
        ],
        "full": queries.full_for(found, person), "crowd": queries.crowd(found, now),
        "small": rules.SMALL,
        "first": rules.next_page(queries.asked(found), {}, 0),
        "one": outcomes.outcome_of(found.phase, now), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "site/survey.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@_known
def answer(
    request: HttpRequest, found: Survey, *, page: int, person: Person | None, guest: str
) -> HttpResponse:
    """Ask one page and keep what is said; nothing typed is lost with a mistake."""
    own = queries.own(found, person, guest)
    if queries.state(found, timezone.now()) != phases.OPEN:
        return redirect("site:survey", found.slug)
    if person and not found.guests and projects.asks_residence(found.phase, person):
        if "territory" in request.POST:
            return _declare(request, found, page)
        return _page(request, found, page, own, resident=True)
    if request.method == "GET":
        return _page(request, found, page, own)
    return _take(request, found, page, {"person": person, "guest": guest})


def _take(request: HttpRequest, found: Survey, page: int, whose: dict[str, Any]) -> HttpResponse:
    asked, now, error = queries.asked(found), timezone.now(), ""
    typed = {one.key: given(one, request.POST, request.FILES) for one in asked if one.page == page}
    refused: dict[str, Refused] = {}
    try:
        refused = commands.save_page(found.pk, page, typed, now=now, **whose)
    except Refused as refusal:
        error = show.said(refusal)
    own = queries.own(found, **whose)
    if "X-Autosave" in request.headers:
        return HttpResponse(
            status=422 if error else 204
        )  # a draft keeps what is right beside mistakes
    if refused or error:
        return _page(request, found, page, own, typed=typed, refused=refused, error=error)
    after = rules.next_page(asked, own.answers if own else {}, page)
    if after:
        return redirect("site:answer_survey", found.slug, after)
    return redirect("site:review_survey", found.slug)


def _page(
    request: HttpRequest, found: Survey, page: int, own: Response | None, *, typed: Any = None,
    refused: Any = None, error: str = "", resident: bool = False,
) -> HttpResponse:  # fmt: skip
    answers = own.answers if own else {}
    said = {
        key: value for key, value in (typed or {}).items()
        if not (isinstance(value, dict) and "files" in value)
    }  # fmt: skip
    shown = [] if resident else fields(found, page, answers, said, refused or {})
    if not shown and not resident and not error:
        raise Http404
    pages = sorted({one.page for one in rules.shown(queries.asked(found), answers)})
    context = {
        "survey": found, "fields": shown, "error": error, "refused": refused or {},
        "resident": resident, "typed": typed or {}, "unverified": unverified(found),
        "draft": not resident and (own is None or own.sent_at is None),
        "territories": sorted(territories().values(), key=named) if resident else [],
        "page_number": pages.index(page) + 1 if page in pages else 1, "pages": len(pages),
    }  # fmt: skip
    bad = bool(error or refused)
    return render(request, "site/survey_answer.html", context, status=422 if bad else 200)


def _declare(request: HttpRequest, found: Survey, page: int) -> HttpResponse:
    try:
        declared(request)
    except Refused as refusal:
        return _page(request, found, page, None, resident=True, error=show.said(refusal),
                     typed=request.POST.dict())  # fmt: skip
    return redirect("site:answer_survey", found.slug, page)


@never_cache
@require_GET
@_known
def review(
    request: HttpRequest, found: Survey, *, person: Person | None, guest: str
) -> HttpResponse:
    """Show all that was said, to be sent."""
    own = queries.own(found, person, guest)
    if own is None or queries.state(found, timezone.now()) != phases.OPEN:
        return redirect("site:survey", found.slug)
    return _review_page(request, found, own, person)


def _review_page(
    request: HttpRequest, found: Survey, own: Response, person: Person | None,
    asked: storm.Asked | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "survey": found, "lines": reading(found, own.answers), "own": own, "asked": asked,
        "full": own.sent_at is None and queries.full_for(found, person),
    }  # fmt: skip
    status = storm.TOO_MANY if asked else 200
    return render(request, "site/survey_review.html", context, status=status)


@require_POST
@_known
def send(request: HttpRequest, found: Survey, *, person: Person | None, guest: str) -> HttpResponse:
    """Take an answer; lead back to the page where one is lacking.

    When very many guests answer at once, a guest's browser solves a puzzle first.
    """
    own = None if person else queries.own(found, None, guest)
    if own and (asked := storm.asked_of_guest(request, f"survey:{found.pk}:{own.pk}")):
        return _review_page(request, found, own, person, asked)
    try:
        lacking = commands.send(
            found.pk, person=person, guest=guest, prefix=prefix_of(request), now=timezone.now()
        )
    except Refused as refusal:
        notices.error(request, show.said(refusal))
        return redirect("site:survey", found.slug)
    if lacking:
        notices.error(request, _("Осталось ответить: «%s»") % lacking[0].text)
        return redirect("site:answer_survey", found.slug, lacking[0].page)
    notices.success(request, _("Ответ принят. До конца опроса его можно изменить"))
    return redirect("site:survey", found.slug)
