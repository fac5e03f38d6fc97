"""A finished vote as open data and as a protocol: numbers only, small groups together."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from otklik.faces import papers
from otklik.faces.site.votes import vote_or_404
from otklik.participation.ballots import protocol as paper
from otklik.participation.ballots import queries

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.participation.ballots.models import Vote

LICENCE = "CC-BY-4.0"


def _ended(slug: str) -> Vote:
    found = vote_or_404(slug)
    if not found.result:
        raise Http404
    return found


@require_GET
def table(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001  (same for everybody)
    """Give the result as CSV: a line an option."""
    found = _ended(slug)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, ["key", "option", "cost", "votes", "site", "paper", "chosen"])
    writer.writeheader()
    writer.writerows(queries.lines(found))
    answer = HttpResponse(f"\ufeff{stream.getvalue()}", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}.csv"'
    return answer


@require_GET
def data(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001
    """Give the result as JSON with turnout, rights set aside, and how ballots came."""
    found = _ended(slug)
    pace, published = queries.pace_of(found), queries.publication(found)
    told: dict[str, Any] = {
        "vote": found.slug, "question": found.question, "licence": LICENCE,
        "terms_sha256": found.manifest_hash, "package_sha256": published and published.sha256,
        "opens_at": found.phase.opens_at, "closes_at": found.phase.closes_at,
        "secrecy": found.secrecy, "method": found.method, "counting": found.counting,
        "quorum": found.quorum, "threshold": found.threshold,
        "options": queries.lines(found),
        "ballots": found.result["ballots"], "issued": found.result["issued"],
        "holds": found.result["holds"], "why": found.result["why"],
        "lot_decided": found.result["lot_decided"], "rounds": found.result["rounds"],
        "site": found.result.get("site"), "paper": found.result.get("paper"),
        "turnout": {"territory": found.result["turnout"], **found.people},
        "set_aside": queries.set_aside(found),
        "rulings": [
            {"verdict": each.verdict, "rights": each.rights, "reason": each.reason, "at": each.at}
            for each in queries.rulings(found)
        ],
        "by_hour": [{"at": at, "ballots": n} for at, n in pace.hours],
        "bursts": [{"at": at, "ballots": n} for at, n in pace.bursts],
    }  # fmt: skip
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@require_GET
def protocol(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001
    """Give the protocol of a finished vote as PDF."""
    done = paper.printed(_ended(slug))
    return papers.respond(done.content, done.mime, done.name)
