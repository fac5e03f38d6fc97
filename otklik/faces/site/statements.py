"""Opinions for citizens: a statement at a time, statements of one's own, groups after the end."""

from __future__ import annotations

import csv
import io
import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import show
from otklik.faces.site.narrowing import narrowed
from otklik.faces.site.votes import declared
from otklik.faces.templatetags.otklik import label, named
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.participation.outcomes import queries as outcomes
from otklik.participation.projects import queries as projects
from otklik.participation.projects import rules as phases
from otklik.participation.statements import commands, queries, rules
from otklik.participation.surveys.rules import safe

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.participation.statements.models import Conversation, Statement

PAGE, LETTERS = 20, "АБВГД"
NUMBERS = {value: name for name, value in rules.VALUES.items()}


def _conversation_or_404(slug: str) -> Conversation:
    try:
        return queries.public_conversation(slug)
    except ObjectDoesNotExist:
        raise Http404 from None


@require_GET
def conversations(request: HttpRequest) -> HttpResponse:
    """List collections of opinions, the newest window first."""
    now, context = timezone.now(), narrowed(request, queries.public_conversations(), PAGE)
    lines = [(each, queries.state(each, now)) for each in context["page"]]
    return render(request, "site/conversations.html", {**context, "lines": lines})


@never_cache
@require_GET
def conversation(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a question, who takes part, what moderators did; groups and agreement after the end."""
    found, now = _conversation_or_404(slug), timezone.now()
    person: Any = request.user
    places = territories()
    names = [named(places[c]) for c in found.phase.audience.territories if c in places]
    run = queries.run_of(found, now)
    context = {
        "conversation": found, "phase": found.phase, "state": queries.state(found, now),
        "audience": found.phase.audience, "places": sorted(names), "came": queries.came(found),
        "own": queries.voter_of(found, person) if person.is_authenticated else None,
        "run": run, "result": run.result if run else None, "letters": LETTERS,
        "sizes": list(zip(LETTERS, run.result["sizes"], strict=False)) if run else [],
        "lines": [_line(each) for each in queries.results(found, now)],
        "squares": _squares(run.result["map"]) if run else [],
        "acts": [(each, label(each.reason, queries.REASONS)) for each in queries.log(found)[:PAGE]],
        "one": outcomes.outcome_of(found.phase, now), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "site/conversation.html", context)


def _line(told: dict[str, Any]) -> dict[str, Any]:
    groups = [
        {"name": name, "agree": a, "of": a + d + p, "share": round(100 * a / max(a + d + p, 1))}
        for name, (a, d, p) in zip(LETTERS, told.get("groups", []), strict=False)
    ]
    seen = told["agree"] + told["disagree"] + told["pass"]
    return {
        **told, "passed": told["pass"], "seen": seen, "by": groups,
        "share": round(100 * told["agree"] / max(seen, 1)),
        "least_share": round(100 * told["least"]) if "least" in told else None,
        "mean_share": round(100 * told["mean"]) if "mean" in told else None,
    }  # fmt: skip


def _squares(cells: list[list[int]]) -> list[dict[str, int]]:
    """Return the map's circles: where, whose, how large."""
    most = max([count for *_cell, count in cells] or [1])
    return [
        {"x": 5 * x + 3, "y": 100 - 5 * y - 3, "group": group + 1,
         "r": round(1 + 2 * (count / most) ** 0.5)}
        for x, y, group, count in cells
    ]  # fmt: skip


# --- Answering ------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask one statement and take the answer; three buttons, no script."""
    found, person = _conversation_or_404(slug), request.user
    if queries.state(found, timezone.now()) != phases.OPEN:
        return redirect("site:statements", slug)
    if request.method == "POST" and "territory" in request.POST:
        return _declare(request, found)
    if projects.asks_residence(found.phase, person):  # type: ignore[arg-type]
        return _page(request, found, None, resident=True)
    if request.method == "GET":
        return _page(request, found, _asked(request, found))
    given = request.POST.get("statement", "")
    try:
        commands.answer(
            found.pk, int(given) if given.isdecimal() else 0, request.POST.get("answer", ""),
            person=person, now=timezone.now(),  # type: ignore[arg-type]
        )  # fmt: skip
    except Refused as refusal:
        return _page(request, found, _asked(request, found), error=show.said(refusal))
    if request.GET.get("statement"):
        return redirect("site:own_statements", slug)
    return redirect("site:answer_statement", slug)


def _asked(request: HttpRequest, found: Conversation) -> Statement | None:
    """Return the statement that one came to change, or the next."""
    chosen = request.GET.get("statement", "")
    if not chosen:
        return queries.next_for(found, request.user)  # type: ignore[arg-type]
    try:
        return queries.shown_statement(found, int(chosen) if chosen.isdecimal() else 0)
    except ObjectDoesNotExist:
        raise Http404 from None


def _page(
    request: HttpRequest, found: Conversation, asked: Statement | None, *, resident: bool = False,
    error: str = "",
) -> HttpResponse:  # fmt: skip
    person: Any = request.user
    answers = [] if resident else queries.own_answers(found, person)
    context = {
        "conversation": found, "asked": asked, "resident": resident, "error": error,
        "typed": request.POST, "answered": len(answers), "of": queries.came(found)["shown"],
        "territories": sorted(territories().values(), key=named) if resident else [],
    }  # fmt: skip
    return render(request, "site/statement_answer.html", context, status=422 if error else 200)


def _declare(request: HttpRequest, found: Conversation) -> HttpResponse:
    try:
        declared(request)
    except Refused as refusal:
        return _page(request, found, None, resident=True, error=show.said(refusal))
    return redirect(request.get_full_path())


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a statement of one's own; nothing typed is lost."""
    found, person, error, code = _conversation_or_404(slug), request.user, "", ""
    if queries.state(found, timezone.now()) != phases.OPEN:
        return redirect("site:statements", slug)
    if projects.asks_residence(found.phase, person):  # type: ignore[arg-type]
        return redirect("site:answer_statement", slug)
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid.uuid4()
    if request.method == "POST":
        try:
            one = commands.add(
                found.pk, request.POST.get("text", ""), key=key, person=person,  # type: ignore[arg-type]
                sure=request.POST.get("sure") == "yes", now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            error, code = show.said(refusal), refusal.code
        else:
            shown = one.state == rules.SHOWN
            notices.success(request, _("Добавлено") if shown else _("Покажем после проверки"))
            return redirect("site:own_statements", slug)
    context = {
        "conversation": found, "error": error, "code": code, "typed": request.POST, "key": key,
        "limits": queries.limits(),
    }  # fmt: skip
    return render(request, "site/statement_add.html", context, status=422 if error else 200)


@never_cache
@login_required
@require_GET
def mine(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what one answered, to be changed, and what one added."""
    found, person = _conversation_or_404(slug), request.user
    added = [
        (each, label(acts[-1].reason, queries.REASONS) if (acts := list(each.acts.all())) else "")
        for each in queries.own_statements(found, person)  # type: ignore[arg-type]
    ]
    context = {
        "conversation": found, "state": queries.state(found, timezone.now()), "added": added,
        "answers": [
            (each, NUMBERS[each.value])
            for each in queries.own_answers(found, person)  # type: ignore[arg-type]
        ],
    }  # fmt: skip
    return render(request, "site/statements_mine.html", context)


# --- Open data ------------------------------------------------------------------------------------


@require_GET
def data(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001  (same for everybody)
    """Give the result as JSON: counts by statement and group, nobody's own answers."""
    found, now = _conversation_or_404(slug), timezone.now()
    run = queries.run_of(found, now)
    if run is None:
        raise Http404
    told = {
        "conversation": found.slug, "title": found.title, "licence": "CC-BY-4.0",
        "version": run.version, "input_sha256": run.input_sha256,
        **{name: value for name, value in run.result.items() if name not in {"statements", "map"}},
        "statements": queries.results(found, now),
    }  # fmt: skip
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@require_GET
def table(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001  (same for everybody)
    """Give the result as CSV: a line a statement."""
    found, now = _conversation_or_404(slug), timezone.now()
    if queries.run_of(found, now) is None:
        raise Http404
    stream = io.StringIO()
    writer = csv.writer(stream)
    names = ("statement", "text", "agree", "disagree", "pass", "least", "mean")
    writer.writerow(names)
    for each in queries.results(found, now):
        writer.writerow([safe(str(each.get(name, ""))) for name in names])
    answer = HttpResponse(f"\ufeff{stream.getvalue()}", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}.csv"'
    return answer
