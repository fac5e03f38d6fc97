"""The door of telephone systems: signed events of calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from otklik.flow.calls import queries
from otklik.flow.calls.commands import hear
from otklik.flow.calls.rules import read, signed

if TYPE_CHECKING:
    from django.http import HttpRequest

LONGEST = 16 * 1024
HEADER = "X-Otklik-Signature"


@csrf_exempt
@require_POST
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """Take one event: 200 when it was understood, 204 when it does not matter to us."""
    line = queries.line_by_token(token)
    if line is None:
        raise Http404
    words: dict[str, Any] = queries.dialect(line)
    body = request.body
    signature = request.headers.get(words.get("header") or HEADER, "")
    if len(body) > LONGEST or not signed(body, line.secret, signature):
        return JsonResponse({"detail": "the signature does not fit"}, status=403)
    try:
        said = _said(request, body)
    except ValueError:
        return JsonResponse({"detail": "neither JSON nor a form"}, status=400)
    event = read(said, words.get("fields"), words.get("events"))
    if event is None:
        return HttpResponse(status=204)
    call = hear(line, event, now=timezone.now())
    return JsonResponse({"call": call.pk, "state": call.state})


def _said(request: HttpRequest, body: bytes) -> dict[str, Any]:
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(request.POST.items())
    said = json.loads(body)
    if not isinstance(said, dict):
        raise ValueError(said)
    return said
