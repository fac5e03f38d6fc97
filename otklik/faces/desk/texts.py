"""The words of letters and text messages: an administrator edits them, sees them first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import access
from otklik.readers.notifications import commands, marks, wording
from otklik.readers.notifications import texts as queries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.ground.accounts.models import Official


def _editor(request: HttpRequest) -> Official:
    official = access.official_or_404(request, queries.EDIT)
    if not queries.may_edit(official):
        raise PermissionDenied
    return official


@never_cache
@login_required
@require_GET
def texts(request: HttpRequest) -> HttpResponse:
    """List the texts."""
    _editor(request)
    return render(request, "desk/texts.html", {"lines": queries.lines()})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def text(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Show a text with its history; POST shows it with sample data, or keeps it."""
    official = _editor(request)
    line = queries.line(kind, code)
    if line is None:
        raise Http404
    versions = queries.versions(line)
    asked = request.GET.get("version", "")
    former = next((each for each in versions if str(each.history_id) == asked), line)
    typed: Any = queries.values_of(former) if request.method == "GET" else {
        name: request.POST.get(name, "") for name in queries.FIELDS
    }  # fmt: skip
    error = ""
    if request.method == "POST" and "preview" in request.POST:
        error = marks.problem(kind, code, typed)
    elif request.method == "POST":
        error = commands.edit_text(kind, code, typed, by=official, now=timezone.now())
        if not error:
            notices.success(request, _("Слова сохранены"))
            return redirect("desk:text", kind, code)
    context = {
        "line": line, "typed": typed, "error": error, "versions": versions,
        "sms": kind == marks.TEXTS, "longest": marks.LONGEST_SMS_TEXT,
        "marks": [(name, marks.MEANINGS[name]) for name in marks.allowed(kind, code)],
        "shown": [] if error else [
            (title, wording.preview(kind, code, typed, language))
            for language, title in (("ru", _("По-русски")), ("en", _("По-английски")))
        ],
    }  # fmt: skip
    return render(request, "desk/text.html", context, status=422 if error else 200)
