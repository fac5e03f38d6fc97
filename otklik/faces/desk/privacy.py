"""Mass exports and erasing, each by two persons, and the log of who looked and who changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.desk.filters import filters_of
from otklik.flow.privacy import commands, queries
from otklik.flow.privacy.rules import COLUMNS, PERSONAL_COLUMNS
from otklik.ground.accounts import audit as accounts_audit
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import Refused
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.flow.privacy.models import Export
    from otklik.ground.accounts.models import Official

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
PLAIN = [name for name in COLUMNS if name not in PERSONAL_COLUMNS]
PAGE = 100


def _exporter(request: HttpRequest) -> Official:
    """Return an official who asks for exports or allows them; 403 for another."""
    official = access.official_or_404(request)
    powers = powers_of(official)
    if not powers.anywhere(queries.ASK) and not powers.anywhere(queries.ALLOW):
        raise PermissionDenied
    return official


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """List exports; take a request for one, giving back what was typed if it is refused."""
    official, error = _exporter(request), ""
    may_ask = powers_of(official).anywhere(queries.ASK)
    if request.method == "POST":
        if not may_ask:
            raise PermissionDenied
        try:
            commands.ask_export(
                filters=filters_of(request.POST), columns=request.POST.getlist("column"),
                reason=request.POST.get("reason", ""), kind=request.POST.get("format", ""),
                by=official, now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            error = refusal.ru
        else:
            notices.success(request, _("Запрос записан. Разрешить его должен другой человек"))
            return redirect("desk:exports")
    now = timezone.now()
    typed = request.POST if request.method == "POST" else request.GET
    context = {
        "exports": queries.exports_for(official),
        "official": official,
        "may_ask": may_ask,
        "may_decide": powers_of(official).anywhere(queries.ALLOW),
        "columns": [(name, title, name in PERSONAL_COLUMNS) for name, title in COLUMNS.items()],
        "chosen": request.POST.getlist("column") if request.method == "POST" else PLAIN,
        "typed": typed,
        "error": error,
        "now": now,
        "count": queries.exported(official, filters_of(typed), now).count() if may_ask else 0,
        "territories": sorted(territories().values(), key=lambda each: each.short_ru),
        "organisations": sorted(organisations().values(), key=lambda each: each.short_ru),
        "categories": topics().categories,
    }
    return render(request, "desk/exports.html", context, status=422 if error else 200)


def _export_or_404(official: Official, export_id: int) -> Export:
    try:
        return queries.export_for(official, export_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@login_required
@require_POST
def decide_export(request: HttpRequest, export_id: int) -> HttpResponse:
    """Allow or refuse another's export."""
    official = access.official_or_404(request, queries.ALLOW)
    export = _export_or_404(official, export_id)
    try:
        commands.decide_export(
            export, allow=request.POST.get("allow") == "1", note=request.POST.get("note", ""),
            by=official, now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        notices.error(request, refusal.ru)
    else:
        notices.success(request, _("Готово"))
    return redirect("desk:exports")


@never_cache
@login_required
@require_POST
def take_export(request: HttpRequest, export_id: int) -> HttpResponse:
    """Give the file to who asked for it; each taking is on record."""
    official = access.official_or_404(request, queries.ASK)
    export = _export_or_404(official, export_id)
    try:
        content = commands.take_export(export, by=official, now=timezone.now())
    except ObjectDoesNotExist:
        raise Http404 from None
    name = f"otklik-{export.pk}.{export.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"',
               "X-Content-Type-Options": "nosniff"}  # fmt: skip
    return HttpResponse(content, content_type=TYPES[export.format], headers=headers)


@never_cache
@login_required
@require_GET
def erasures(request: HttpRequest) -> HttpResponse:
    """List who asks to be forgotten: by number, not by name."""
    official = access.official_or_404(request, queries.ERASE)
    page = Paginator(queries.erasures(), PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/erasures.html", {"page": page, "official": official})


@login_required
@require_POST
def decide_erasure(request: HttpRequest, erasure_id: int) -> HttpResponse:
    """Check a request, confirm it as the second person, or refuse it."""
    official = access.official_or_404(request, queries.ERASE)
    try:
        made = commands.decide_erasure(
            erasure_id, yes=request.POST.get("yes") == "1", note=request.POST.get("note", ""),
            by=official, now=timezone.now(),
        )  # fmt: skip
    except ObjectDoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        notices.error(request, refusal.ru)
    else:
        notices.success(request, made.get_state_display())
    return redirect("desk:erasures")


@never_cache
@login_required
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Show looks, exports, changes of access and failed sign-ins, with filters; change nothing."""
    official = access.official_or_404(request, "audit")
    kind = request.GET.get("kind", "")
    kind = kind if kind in accounts_audit.KINDS else "looks"
    found: Any = accounts_audit.KINDS[kind](
        accounts_audit.Asked(
            text=request.GET.get("q", "").strip()[:100],
            since=show.day(request.GET.get("since", "")),
            until=show.day(request.GET.get("until", "")),
        )
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "official": official, "page": page, "lines": accounts_audit.lines(kind, page),
        "kind": kind, "asked": request.GET, "query": query.urlencode(),
        "kinds": (("looks", _("Просмотры и выгрузки данных")), ("exports", _("Запросы выгрузок")),
                  ("roles", _("Доступ и роли")), ("logins", _("Неудачные входы"))),
    }  # fmt: skip
    return render(request, "desk/audit.html", context)
