"""The month's report of appeals for ССТУ.РФ: what may be sent, and what may not and why."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404
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

READY = "ready"
PARTS = {"", READY, *STATUSES}
"""What the numbers of the page open: all that may be sent, or the questions of a status."""


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
    part = request.GET.get("part", "")
    if part not in PARTS:
        raise Http404
    named, bad = sstu.report_for(official, *bounds) if bounds else ([], [])
    good = [entry for _, entry in named]
    if request.method == "POST" and bounds:
        note_look(official, subject=f"sstu:{asked}", what="contact", now=now)
        wanted = [
            q["attachment"]["sha256"] for e in good for q in e["questions"] if "attachment" in q
        ]
        sstu.with_documents(good, queries.contents_of(wanted))
        body = json.dumps(good, ensure_ascii=False, indent=1).encode()
        return papers.respond(body, "application/json", f"sstu-{asked}.json", download=True)
    questions = [
        (spoken, each, question) for spoken, each in named for question in each["questions"]
    ]
    counts = Counter(question["status"] for _, _, question in questions)
    context = {
        "month": asked,
        "wrong_month": bounds is None,
        "good": len(good),
        "bad": bad,
        "counts": [(title, code, counts[code]) for code, (title, _) in STATUSES.items()],
        "part": part,
        "part_title": STATUSES[part][0] if part in STATUSES else "",
        "ready": named if part == READY else [],
        "questions": [each for each in questions if each[2]["status"] == part],
    }
    return render(request, "desk/sstu.html", context, status=200 if bounds else 422)
