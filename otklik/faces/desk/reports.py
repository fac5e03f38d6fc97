"""«Справка к совещанию» in one click: as a page, as PDF, as a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from otklik.faces import access
from otklik.faces.desk import figures, sheets
from otklik.faces.desk.brief import Brief, brief, last_week
from otklik.ground.kit.pdf import PdfUnavailable, available, pdf
from otklik.readers.statistics.queries import SEE

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAPER = """
@page { size: A4 landscape; margin: 14mm; }
td:not(:first-child), th:not(:first-child) { text-align: right; }
td.words { text-align: left; }
a { color: #000; text-decoration: none; }
.note { color: #444; font-size: 9pt; }
body { font-size: 10pt; }
"""


def _asked(request: HttpRequest) -> tuple[Brief, str]:
    official = access.official_or_404(request, SEE)
    now = figures.moment_of(request.GET, timezone.now())
    since, until = last_week(now)
    filters = figures.filters_of(request.GET, since, until)
    if filters.since is None or filters.until is None or filters.since >= filters.until:
        filters = figures.filters_of(QueryDict(""), since, until)
    told = {**figures.query_of(filters), "at": now.isoformat()}
    return brief(official, filters, now), urlencode(told)


def _day(moment: datetime) -> str:
    return timezone.localtime(moment).date().isoformat()


@never_cache
@login_required
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Show the brief for last week, or for any period."""
    found, query = _asked(request)
    context: dict[str, Any] = {
        "brief": found, "query": query, "paper": available(), "since": _day(found.since),
        "until": _day(found.last),
    }  # fmt: skip
    return render(request, "desk/report.html", context)


@never_cache
@login_required
@require_GET
def report_pdf(request: HttpRequest) -> HttpResponse:
    """Give the same on paper."""
    found, _ = _asked(request)
    html = render_to_string("desk/report_paper.html", {"brief": found}, request)
    try:
        drawn = pdf(html, title=found.title, style=PAPER)
    except PdfUnavailable:
        raise Http404 from None
    return _file(drawn, "application/pdf", found, "pdf")


@never_cache
@login_required
@require_GET
def report_xlsx(request: HttpRequest) -> HttpResponse:
    """Give the same as a spreadsheet."""
    found, _ = _asked(request)
    site = request.build_absolute_uri("/").rstrip("/")
    return _file(sheets.workbook(found, site), SHEET, found, "xlsx")


def _file(content: bytes, kind: str, found: Brief, ending: str) -> HttpResponse:
    name = f"spravka-{_day(found.since)}-{_day(found.last)}.{ending}"
    return HttpResponse(
        content, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
