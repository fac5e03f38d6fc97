"""The door of monitoring services: signed lists of findings, each answered by its line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from otklik.flow.channels.social import commands, queries, rules, sheets

if TYPE_CHECKING:
    from django.http import HttpRequest

LONGEST = 2 * 2**20
HEADER = "X-Otklik-Signature"


@csrf_exempt
@require_POST
def hook(request: HttpRequest, address: str) -> JsonResponse:
    """Take findings; told again they are known, and a wrong one spoils no other."""
    feed = queries.feed_by_address(address)
    if feed is None:
        raise Http404
    body = request.body
    if not rules.signed(body, feed.secret, request.headers.get(HEADER, "")):
        return JsonResponse({"detail": "the signature does not fit"}, status=403)
    rows = _rows(body)
    if rows is None:
        return JsonResponse(
            {"detail": f"JSON: {{items: [{{text, …}}]}}, up to {sheets.MOST_ROWS}"}, status=400
        )
    lines = queries.lines(rows, timezone.localtime())
    good = [line.said for line in lines if line.said]
    taken = commands.take_mentions(good, by=f"feed:{feed.pk}", now=timezone.now())
    errors = [{"line": line.number, "detail": line.wrong} for line in lines if line.wrong]
    return JsonResponse({"taken": taken, "known": len(good) - taken, "errors": errors})


def _rows(body: bytes) -> list[dict[str, Any]] | None:
    try:
        said = json.loads(body) if len(body) <= LONGEST else None
    except ValueError:
        return None
    rows = said.get("items") if isinstance(said, dict) else None
    if not isinstance(rows, list) or len(rows) > sheets.MOST_ROWS:
        return None
    return [row if isinstance(row, dict) else {} for row in rows]
