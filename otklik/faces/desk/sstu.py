"""The month's report of appeals for ССТУ.РФ: what may be sent, and what may not and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from otklik.faces import access, papers
from otklik.flow.appeals import queries, sstu
from otklik.flow.appeals.sstu_rules import STATUSES
from otklik.ground.accounts.commands import note_look

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def month(request: HttpRequest) -> HttpResponse:
    """Show a month and its mistakes; a POST gives the file and is on record."""
    official = access.official_or_404(request, "export_cases")
    now = timezone.now()
    asked = (
        request.POST.get("month") or request.GET.get("month") or f"{timezone.localtime(now):%Y-%m}"
    )
    bounds = sstu.month_of(asked)
    good, bad = sstu.report_for(official, *bounds) if bounds else ([], [])
    if request.method == "POST" and bounds:
        note_look(official, subject=f"sstu:{asked}", what="contact", now=now)
        wanted = [
            q["attachment"]["sha256"] for e in good for q in e["questions"] if "attachment" in q
        ]
        sstu.with_documents(good, queries.contents_of(wanted))
        body = json.dumps(good, ensure_ascii=False, indent=1).encode()
        return papers.respond(body, "application/json", f"sstu-{asked}.json", download=True)
    counts = dict.fromkeys(STATUSES, 0)
    for each in good:
        for question in each["questions"]:
            counts[question["status"]] += 1
    context = {
        "month": asked,
        "wrong_month": bounds is None,
        "good": len(good),
        "bad": bad,
        "counts": [(STATUSES[code][0], code, count) for code, count in counts.items()],
    }
    return render(request, "desk/sstu.html", context, status=200 if bounds else 422)
