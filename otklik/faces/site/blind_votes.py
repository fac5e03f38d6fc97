"""The two doors of a blind vote: the right is given to a person, the ballot comes from nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from otklik.faces import show, storm
from otklik.faces.site.votes import vote_or_404
from otklik.ground.accounts.rules import Refused
from otklik.participation.ballots import blind, commands

if TYPE_CHECKING:
    from django.http import HttpRequest

LARGEST = 20_000


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body) if len(request.body) <= LARGEST else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("malformed", "Запрос не читается", "The request cannot be read")
    return found


def _refusal(refusal: Refused) -> JsonResponse:
    return JsonResponse({"error": show.said(refusal), "code": refusal.code}, status=422)


@never_cache
@require_POST
def token(request: HttpRequest, slug: str) -> JsonResponse:
    """Sign what the browser of a signed-in person hid; the same asked again, the same answer."""
    vote = vote_or_404(slug)
    if not request.user.is_authenticated:
        return JsonResponse({"error": "", "code": "login"}, status=403)
    person: Any = request.user
    try:
        hidden = str(_body(request).get("blinded", ""))
        if len(hidden) != blind.BITS // 4 or set(hidden) - set("0123456789abcdef"):
            raise Refused("malformed", "Запрос не читается", "The request cannot be read")
        storm.hold_if_crowded(request, vote)
        signed = commands.issue_token(
            vote.pk, voter=person, blinded=bytes.fromhex(hidden), now=timezone.now()
        )
    except Refused as refusal:
        return _refusal(refusal)
    return JsonResponse({"signature": signed.hex()})


@csrf_exempt
@never_cache
@require_POST
def cast(request: HttpRequest, slug: str) -> JsonResponse:
    """Take a ballot without cookies: who sends it is neither asked nor looked at.

    Nothing here touches the session or the user; a token signed by us is the only right.
    """
    vote = vote_or_404(slug)
    try:
        receipt = commands.cast_blind(vote.pk, said=_body(request), now=timezone.now())
    except Refused as refusal:
        return _refusal(refusal)
    return JsonResponse({"record": receipt.record, "signature": receipt.signature})
