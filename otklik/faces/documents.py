"""The door of document systems: signed letters about appeals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import Http404, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from otklik.flow.cases.rules import Refused
from otklik.flow.exchange import queries
from otklik.flow.exchange.commands import take
from otklik.flow.exchange.rules import read, signed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@csrf_exempt
@require_POST
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """Take one letter; the same one again is answered alike and changes nothing."""
    system = queries.system_by_token(token)
    if system is None:
        raise Http404
    now, body = timezone.now(), request.body
    stamp = request.headers.get("X-Otklik-Timestamp", "")
    given = request.headers.get("X-Otklik-Signature", "")
    if not signed(system.secret, stamp, body, given, now):
        return JsonResponse({"detail": "the signature does not fit or is too old"}, status=403)
    try:
        arrival, fresh = take(read(json.loads(body)), system=system, now=now)
    except ValueError as error:
        if isinstance(error, Refused):
            return JsonResponse({"code": error.code, "detail": error.en}, status=422)
        return JsonResponse({"detail": "it is no JSON"}, status=400)
    return JsonResponse({"id": arrival.key, "repeated": not fresh})
