"""Widgets for other sites: made here, seen as they will stand there, checked on their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access
from otklik.flow.channels.widgets import commands, jobs, queries, rules
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from otklik.flow.channels.widgets.models import Widget
    from otklik.ground.accounts.models import Official

FIELDS = (
    "organisation", "title", "kind", "slogan", "text", "button", "theme", "language", "source",
    "origins", "legacy", "active",
)  # fmt: skip
FRESH = {"kind": "button", "theme": "light", "language": "ru", "active": "on"}


def _official(request: HttpRequest) -> Official:
    return access.official_or_404(request, queries.EDIT)


def _one_or_404(by: Official, widget_id: int) -> Widget:
    try:
        return queries.widgets_of(by).get(pk=widget_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def widgets(request: HttpRequest) -> HttpResponse:
    """List the widgets of one's bodies: what they brought, on how many pages they stand right."""
    found = list(queries.widgets_of(_official(request)))
    return render(request, "desk/widgets.html", {"widgets": found})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def widget(request: HttpRequest, widget_id: int | None = None) -> HttpResponse:
    """Make or change a widget; what cannot be kept comes back with words beside it."""
    by = _official(request)
    found = _one_or_404(by, widget_id) if widget_id is not None else None
    if request.method == "GET":
        return _page(request, by, found, _values(found))
    values = _typed(request.POST)
    try:
        kept = commands.keep_widget(widget_id, values, by=by, now=timezone.now())
    except rules.Refused as refusal:
        return _page(request, by, found, values, errors=refusal.errors)
    notices.success(request, _("Сохранено: на сайтах виджет уже такой"))
    return redirect("desk:widget", kept.pk)


@login_required
@require_POST
def place(request: HttpRequest, widget_id: int) -> HttpResponse:
    """Write down the pages on which a widget stands, and look at each."""
    by = _official(request)
    found = _one_or_404(by, widget_id)
    text = request.POST.get("pages", "")
    try:
        commands.place_widget(widget_id, text, by=by, now=timezone.now())
    except rules.Refused as refusal:
        return _page(request, by, found, _values(found), errors=refusal.errors, pages=text)
    return _look(request, widget_id)


@login_required
@require_POST
def check(request: HttpRequest, widget_id: int) -> HttpResponse:
    """Look at a widget's pages now."""
    _one_or_404(_official(request), widget_id)
    return _look(request, widget_id)


def _look(request: HttpRequest, widget_id: int) -> HttpResponse:
    for page_id in queries.pages_to_check(widget_id):
        jobs.check.defer(page_id=page_id)
    notices.success(request, _("Смотрим страницы: обновите через полминуты"))
    return redirect("desk:widget", widget_id)


def _typed(data: QueryDict) -> dict[str, Any]:
    return {**{name: data.get(name, "") for name in FIELDS}, "topics": data.getlist("topics")}


def _values(found: Widget | None) -> dict[str, Any]:
    if found is None:
        return {**dict.fromkeys(FIELDS, ""), **FRESH, "topics": []}
    told = {name: getattr(found, name) for name in FIELDS}
    return {
        **told,
        "organisation": found.organisation.code,
        "legacy": "" if found.legacy is None else str(found.legacy),
        "active": "on" if found.active else "",
        "topics": [each.code for each in found.topics.all()],
    }


def _page(
    request: HttpRequest, by: Official, found: Widget | None, values: dict[str, Any], *,
    errors: dict[str, str] | None = None, pages: str | None = None,
) -> HttpResponse:  # fmt: skip
    standing = list(found.pages.all()) if found else []
    looked = [
        (each, [rules.FAULTS.get(code, (code, code))[0] for code in each.faults])
        for each in standing
    ]
    context = {
        "widget": found, "values": values, "errors": errors or {}, "ours": settings.SITE_URL,
        "bodies": queries.bodies_with_widgets(by), "categories": topics().categories,
        "choices": {name: kinds.choices for name, kinds in commands.CHOICES.items()},
        "looked": looked, "good": sum(1 for each, _f in looked if each.checked_at and not _f),
        "pages": pages if pages is not None else "\n".join(each.url for each in standing),
    }  # fmt: skip
    return render(request, "desk/widget.html", context, status=422 if errors else 200)
