"""What is already known: problems, outages and planned works, open to all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages as notices
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.templatetags.otklik import named
from otklik.flow.cases.rules import Refused
from otklik.flow.problems import commands, queries
from otklik.ground.territories.queries import territories

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.flow.problems.models import Problem

CHANNEL = "site"
PAGE = 20


def _problem_or_404(problem_id: int) -> Problem:
    try:
        return queries.public_problem(problem_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@require_GET
def problems(request: HttpRequest) -> HttpResponse:
    """List what is known, open first."""
    found = queries.public_problems()
    if territory := request.GET.get("territory", ""):
        found = found.filter(territory__code=territory)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "query": f"territory={territory}" if territory else "",
        "chosen": territory,
        "territories": sorted(territories().values(), key=named),
        "now": timezone.now(),
    }
    return render(request, "site/problems.html", context)


@never_cache
@require_GET
def problem(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Show a problem: what is known, until when, how many wait."""
    found = _problem_or_404(problem_id)
    context = {"problem": found, "news": found.news.all(), "outcome": queries.outcome(found),
               "now": timezone.now()}  # fmt: skip
    return render(request, "site/problem.html", context)


@require_POST
@access.leveled("join")
def join(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Say «и у меня» with one tap; a mail address is asked for and may stay empty."""
    found = _problem_or_404(problem_id)
    person = request.user if request.user.is_authenticated else None
    try:
        joining = commands.join_problem(
            found.pk,
            key=person.ref if person else access.visitor(request),
            person=person,
            email=request.POST.get("email", "").strip()[:254],
            phone=request.POST.get("phone", "").strip()[:20],
            channel=CHANNEL,
            now=timezone.now(),
        )
    except Refused as refusal:
        notices.error(request, show.said(refusal))
        return redirect("site:problem", found.pk)
    notices.success(request, _("Вы присоединились: сохраните эту ссылку, здесь будут новости"))
    return redirect("site:waiting", joining.token)


@never_cache
@require_http_methods(["GET", "POST"])
def waiting(request: HttpRequest, token: str) -> HttpResponse:
    """Show one who joined how it goes, and ask whether it is solved."""
    try:
        joining = queries.joined_by(token)
    except ObjectDoesNotExist:
        raise Http404 from None
    error = ""
    if request.method == "POST":
        try:
            commands.rate_joined(
                token, solved=request.POST.get("solved") == "yes", now=timezone.now()
            )
        except Refused as refusal:
            error = show.said(refusal)
        else:
            notices.success(request, _("Спасибо, учли"))
            return redirect("site:waiting", token)
    found = joining.problem
    context = {"problem": found, "joining": joining, "news": found.news.all(), "error": error,
               "outcome": queries.outcome(found), "now": timezone.now()}  # fmt: skip
    return render(request, "site/problem.html", context, status=422 if error else 200)
