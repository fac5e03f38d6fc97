"""Answers at the desk: the draft with its hints, templates, checks on the spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.desk import editor
from otklik.faces.desk.views import _case_or_404, _case_page
from otklik.flow.answers import commands, queries
from otklik.flow.answers.rules import BLANKS, PARTS, Parts
from otklik.flow.cases.queries import permissions_on, sights_on
from otklik.flow.cases.rules import Refused
from otklik.ground.topics.queries import directory, topics

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official


@login_required
@require_POST
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what was typed, put in what was chosen, say how it reads."""
    official = access.official_or_404(request)
    found = _case_or_404(official, number)
    if "draft_answer" not in permissions_on(official, found):
        raise PermissionDenied
    values = editor.typed(request.POST)
    source = request.POST.get("insert", "")
    if source:
        values = editor.with_inserted(found, official, values, source)
    now = timezone.now()
    commands.save_draft(found, values, by=official, now=now)
    if not request.headers.get("HX-Request"):
        return _case_page(request, official, found, edited=values, edited_at=now)
    told = {"values": values, "saved_at": now, **editor.told_of(found, values)}
    context = {"case": found, "editor": told, "results": list(directory("results").values())}
    return render(request, f"desk/_editor_{'inserted' if source else 'hints'}.html", context)


def _template_editor(request: HttpRequest) -> Official:
    return access.official_or_404(request, queries.EDIT)


@never_cache
@login_required
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """List the templates that one may change, with how often each was sent."""
    official = _template_editor(request)
    context = {"templates": queries.editable_templates(official)}
    return render(request, "desk/templates.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, template_id: int = 0) -> HttpResponse:
    """Write a template or change it; nothing typed is lost on a refusal."""
    official = _template_editor(request)
    found = queries.editable_templates(official).filter(pk=template_id).first()
    if template_id and found is None:
        raise Http404
    bodies = {each.code: each for each in queries.bodies_to_choose(official)}
    values: Any = request.POST
    if request.method == "GET":
        values = _values(found)
    error = ""
    if request.method == "POST":
        try:
            organisation = bodies.get(values.get("organisation", ""))
            if organisation is None and queries.editable_bodies(official) is not None:
                raise Refused("no_body", "Выберите организацию", "Choose the body")
            commands.save_template(
                found, title=values.get("title", ""), parts=Parts.of(values),
                result=_known_result(values.get("result", "")),
                topic=topics().by_code.get(values.get("topic", "")), organisation=organisation,
                active=values.get("active") == "on", by=official, now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            error = refusal.ru
        else:
            notices.success(request, _("Образец сохранён"))
            return redirect("desk:templates")
    context = {
        "template": found, "values": values, "error": error, "bodies": bodies.values(),
        "common": queries.editable_bodies(official) is None, "blanks": BLANKS.items(),
        "topic_groups": show.topic_groups(topics(), "ru"), "results": directory("results").values(),
    }  # fmt: skip
    return render(request, "desk/template.html", context, status=422 if error else 200)


def _known_result(code: str) -> str:
    return code if code in directory("results") else ""


def _values(found: Any) -> dict[str, Any]:
    if found is None:
        return {"active": "on"}
    return {
        **{name: getattr(found, name) for name in ("title", "result", *PARTS)},
        "topic": found.topic.code if found.topic else "",
        "organisation": found.organisation.code if found.organisation else "",
        "active": "on" if found.active else "",
    }


@never_cache
@login_required
@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    """List what a verifier shall look at on the spot: an own sample of what was called solved."""
    official = access.official_or_404(request, "verify")
    now = timezone.now()
    sample = queries.sample_for(official, now)
    seen = sights_on(official, sample, now)
    rows = [{"case": each, "shown": show.desk_case(each, seen[each.pk])} for each in sample]
    findings = {code: each.title_ru for code, each in directory("inspection_findings").items()}
    context = {"rows": rows, "done": queries.inspected_by(official), "findings": findings}
    return render(request, "desk/checks.html", context)
