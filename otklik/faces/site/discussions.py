"""Discussions for citizens: the document with comments at its places, writing, appeals, the log."""

from __future__ import annotations

import csv
import io
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import papers, show
from otklik.faces.site.narrowing import narrowed
from otklik.faces.site.votes import declared
from otklik.faces.templatetags.otklik import label, named
from otklik.flow.appeals.paper import content_of
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.participation.discussions import commands, queries, rules
from otklik.participation.discussions.paper import printed
from otklik.participation.outcomes import queries as outcomes
from otklik.participation.projects import queries as projects
from otklik.participation.projects import rules as phases
from otklik.participation.surveys.rules import safe

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.participation.discussions.models import Comment, Discussion

PAGE = 20
STANCES = (("for", _l("за")), ("against", _l("против")), ("neutral", _l("нейтрально")))


def _discussion_or_404(slug: str) -> Discussion:
    try:
        return queries.public_discussion(slug)
    except ObjectDoesNotExist:
        raise Http404 from None


@require_GET
def discussions(request: HttpRequest) -> HttpResponse:
    """List discussions, the newest window first."""
    now, context = timezone.now(), narrowed(request, queries.public_discussions(), PAGE)
    lines = [(each, queries.state(each, now)) for each in context["page"]]
    return render(request, "site/discussions.html", {**context, "lines": lines})


@never_cache
@require_GET
def discussion(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a document, how many wrote at each of its places, and what they wrote."""
    found, now = _discussion_or_404(slug), timezone.now()
    person: Any = request.user
    stance = request.GET.get("stance", "")
    parts = queries.document(found)
    chosen = next((each for each in parts if each.key == request.GET.get("part")), None)
    kept = queries.comments(found, part=chosen.key if chosen else "",
                            stance=stance if stance in rules.STANCES else "")  # fmt: skip
    page = Paginator(kept, PAGE).get_page(request.GET.get("page"))
    places = territories()
    names = [named(places[c]) for c in found.phase.audience.territories if c in places]
    state = queries.state(found, now)
    asked = {"part": chosen.key if chosen else "", "stance": stance}
    context = {
        "discussion": found, "phase": found.phase, "state": state, "open": state == phases.OPEN,
        "stances": STANCES, "query": urlencode({k: v for k, v in asked.items() if v}),
        "audience": found.phase.audience, "places": sorted(names), "parts": parts,
        "on_map": any(each.kind == rules.POINT for each in parts),
        "chosen": chosen, "stance": stance, "page": page,
        "threads": [_thread(each) for each in page], "counts": queries.counts(found),
        "mine": _mine(found, person) if person.is_authenticated else [],
        "one": outcomes.outcome_of(found.phase, now), "today": timezone.localdate(),
        "days": queries.limits().appeal_days, "hearing": queries.hearing_of(found),
        "hall": queries.hall_counts(found) if queries.hearing_of(found) else None,
        "signed": [each.form for each in queries.signed_papers(found)],
        "conclusion": queries.conclusion_of(found),
    }  # fmt: skip
    return render(request, "site/discussion.html", context)


def _thread(one: Comment) -> dict[str, Any]:
    replies = [{"comment": each, "why": _why(each)} for each in one.replies.all()]
    return {"comment": one, "why": _why(one), "replies": replies}


def _why(one: Comment) -> str:
    """Return for what a comment is hidden, in the reader's language."""
    if one.state != rules.HIDDEN:
        return ""
    code = next((each.reason for each in reversed(one.acts.all()) if each.act == rules.HIDE), "")
    return reason_title(code)


def reason_title(code: str) -> str:
    """Return a reason of the list in the reader's language; also one that is in use no more."""
    return label(code, queries.REASONS) or code


def _mine(found: Discussion, person: Any) -> list[dict[str, Any]]:
    return [
        {"comment": each, "why": _why(each), "appeal": _appeal(each)}
        for each in queries.own(found, person)
    ]


def _appeal(one: Comment) -> Any:
    """Return the appeal against the last hiding, if there is one."""
    hidden = [each for each in one.acts.all() if each.act == rules.HIDE]
    return getattr(hidden[-1], "appeal", None) if hidden else None


# --- Writing --------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a comment at a place of the document, or a reply; nothing typed is lost."""
    found, person = _discussion_or_404(slug), request.user
    if queries.state(found, timezone.now()) != phases.OPEN:
        return redirect("site:discussion", slug)
    if request.method == "POST" and "territory" in request.POST:
        return _declare(request, found)
    if projects.asks_residence(found.phase, person):  # type: ignore[arg-type]
        return _page(request, found, resident=True)
    if request.method == "GET":
        return _page(request, found)
    try:
        one = commands.write(found.pk, _said(request), person=person, now=timezone.now())  # type: ignore[arg-type]
    except Refused as refusal:
        return _page(request, found, error=show.said(refusal), code=refusal.code)
    if one.state == rules.PENDING:
        notices.success(request, _("Отправлено: покажем после проверки"))
    else:
        notices.success(request, _("Опубликовано"))
    return redirect(f"{reverse('site:discussion', args=[slug])}#c{one.pk}")


def _said(request: HttpRequest) -> commands.Said:
    given, to = request.POST, request.GET.get("to", "")
    try:
        key = uuid.UUID(given.get("key", ""))
    except ValueError:
        key = uuid.uuid4()
    return commands.Said(
        given.get("text", ""), given.get("stance", ""), request.GET.get("part", ""),
        int(to) if to.isdecimal() else None, given.get("signed") == "yes",
        given.get("sure") == "yes", key,
    )  # fmt: skip


def _page(
    request: HttpRequest, found: Discussion, *, resident: bool = False, error: str = "",
    code: str = "",
) -> HttpResponse:  # fmt: skip
    person: Any = request.user
    to, key = request.GET.get("to", ""), request.GET.get("part", "")
    try:
        parent = queries.comment_in(found, int(to)) if to.isdecimal() else None
    except ObjectDoesNotExist:
        parent = None
    part = parent.part if parent else found.parts.filter(key=key).first()
    if (to and parent is None and not error) or (key and part is None):
        raise Http404
    context = {
        "discussion": found, "parent": parent, "part": part, "resident": resident, "error": error,
        "code": code, "typed": request.POST, "key": request.POST.get("key") or uuid.uuid4(),
        "signature": rules.signature(person.first_name, person.last_name),
        "limits": queries.limits(),
        "territories": sorted(territories().values(), key=named) if resident else [],
    }  # fmt: skip
    return render(request, "site/discussion_write.html", context, status=422 if error else 200)


def _declare(request: HttpRequest, found: Discussion) -> HttpResponse:
    try:
        declared(request)
    except Refused as refusal:
        return _page(request, found, resident=True, error=show.said(refusal))
    return redirect(request.get_full_path())


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def appeal(request: HttpRequest, slug: str, comment_id: int) -> HttpResponse:
    """Ask another moderator to look at one's own hidden comment."""
    found, person, error = _discussion_or_404(slug), request.user, ""
    try:
        one = queries.own_comment(found, comment_id, person)  # type: ignore[arg-type]
    except ObjectDoesNotExist:
        raise Http404 from None
    text = request.POST.get("text", "")
    if request.method == "POST":
        try:
            commands.appeal(one.pk, text=text, person=person, now=timezone.now())  # type: ignore[arg-type]
        except Refused as refusal:
            error = show.said(refusal)
        else:
            notices.success(request, _("Жалоба принята: её решит другой модератор"))
            return redirect(f"{reverse('site:discussion', args=[slug])}#mine")
    context = {"discussion": found, "comment": one, "why": _why(one), "error": error, "text": text}
    return render(request, "site/discussion_appeal.html", context, status=422 if error else 200)


# --- In the open ----------------------------------------------------------------------------------


@never_cache
@require_GET
def log(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what moderators did, by role, with reasons, without what was hidden."""
    found = _discussion_or_404(slug)
    page = Paginator(queries.log(found), 3 * PAGE).get_page(request.GET.get("page"))
    lines = [(each, reason_title(each.reason) if each.reason else "") for each in page]
    context = {"discussion": found, "page": page, "lines": lines, "counts": queries.counts(found)}
    return render(request, "site/discussion_log.html", context)


@require_GET
def table(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001  (same for everybody)
    """Give the comments as CSV: ids, no names."""
    found, stream = _discussion_or_404(slug), io.StringIO()
    writer = csv.DictWriter(stream, queries.COLUMNS)
    writer.writeheader()
    writer.writerows({**each, "text": safe(each["text"])} for each in queries.rows(found))
    answer = HttpResponse(f"\ufeff{stream.getvalue()}", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}.csv"'
    return answer


@require_GET
def data(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001  (same for everybody)
    """Give the document, the comments and the moderators' log as JSON: ids, no names."""
    found = _discussion_or_404(slug)
    told = {
        "discussion": found.slug, "title": found.title, "licence": "CC-BY-4.0",
        "opens_at": found.phase.opens_at, "closes_at": found.phase.closes_at,
        "parts": [
            {"key": each.key, "kind": each.kind, "page": each.page, "text": each.text,
             "lat": each.lat, "lon": each.lon}
            for each in found.parts.all()
        ],
        "comments": list(queries.rows(found)), "moderation": queries.acts_in_print(found),
    }  # fmt: skip
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@require_GET
def paper(request: HttpRequest, slug: str, form: str) -> HttpResponse:  # noqa: ARG001  (same for everybody)
    """Give the protocol of a hearing that ended, or its conclusion, as PDF."""
    found = _discussion_or_404(slug)
    ended = queries.state(found, timezone.now()) == phases.CLOSED
    there = {"protocol": queries.hearing_of(found), "conclusion": queries.conclusion_of(found)}
    if not ended or there.get(form) is None:
        raise Http404
    kept = queries.signed_paper(found, form)
    if kept is not None:
        return papers.respond(content_of(kept.path), kept.mime, kept.name)
    done = printed(form, found)
    return papers.respond(done.content, done.mime, done.name)


@require_GET
def signature(request: HttpRequest, slug: str, form: str) -> HttpResponse:  # noqa: ARG001  (same for everybody)
    """Give the detached signature of a hearing's paper."""
    kept = queries.signed_paper(_discussion_or_404(slug), form)
    if kept is None:
        raise Http404
    name = f"{kept.name}.sig"
    return papers.respond(bytes(kept.cms), "application/pkcs7-signature", name, download=True)
