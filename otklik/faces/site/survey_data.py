"""What came of a survey to take away, for everybody after its end: CSV, JSON, a protocol as PDF."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from otklik.faces import papers
from otklik.participation.projects import rules as phases
from otklik.participation.surveys import queries
from otklik.participation.surveys.paper import printed
from otklik.participation.surveys.rules import safe

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.participation.surveys.models import Survey

HEAD = ("question", "text", "kind", "answered", "option", "count", "share", "entered_count")


def _closed(slug: str) -> Survey:
    try:
        found = queries.public_survey(slug)
    except ObjectDoesNotExist:
        raise Http404 from None
    if queries.state(found, timezone.now()) != phases.CLOSED:
        raise Http404
    return found


def _told(found: Survey) -> list[dict[str, Any]]:
    """Return counts by question, what officials entered apart; no answer in words, no file."""
    return [
        {
            "question": each["question"].key, "text": each["question"].text,
            "kind": each["question"].kind, "answered": each["answered"], "mean": each["mean"],
            "options": [
                {"option": row["label"], "count": row["count"], "share": row["share"]}
                for row in each["rows"]
            ],
            "entered": [
                {"option": row["label"], "count": row["count"]}
                for row in (each["entered"] or {}).get("rows", [])
            ],
        }
        for each in queries.results(found, timezone.now())
    ]  # fmt: skip


@require_GET
def data(request: HttpRequest, slug: str) -> JsonResponse:  # noqa: ARG001  (same for everybody)
    """Give the counts as JSON, with who answered side by side."""
    found = _closed(slug)
    told = {
        "survey": found.slug, "title": found.title, "licence": "CC-BY-4.0",
        "opens_at": found.phase.opens_at, "closes_at": found.phase.closes_at,
        "came": queries.came(found), "questions": _told(found),
        "who": {
            name: [{"group": title, "count": count} for title, count in rows]
            for name, rows in queries.crowd(found, timezone.now()).items()
        },
    }  # fmt: skip
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@require_GET
def table(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001  (same for everybody)
    """Give the counts as CSV, an option a line."""
    found, stream = _closed(slug), io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(HEAD)
    for each in _told(found):
        entered = {row["option"]: row["count"] for row in each["entered"]}
        for row in each["options"] or [{"option": "", "count": "", "share": ""}]:
            writer.writerow(
                [each["question"], safe(each["text"]), each["kind"], each["answered"],
                 safe(row["option"]), row["count"], row["share"], entered.get(row["option"], 0)]
            )  # fmt: skip
    answer = HttpResponse(f"\ufeff{stream.getvalue()}", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}.csv"'
    return answer


@require_GET
def protocol(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001  (same for everybody)
    """Give the protocol of a survey that ended, as PDF."""
    done = printed(_closed(slug), timezone.now())
    return papers.respond(done.content, done.mime, done.name)
