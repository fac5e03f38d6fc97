"""The door of messengers: events whose origin is checked, kept at once, answered by the worker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from otklik.flow.channels.chats import queries
from otklik.flow.channels.chats.commands import take_update
from otklik.flow.channels.chats.kinds import door_of
from otklik.flow.channels.social.commands import note_mention

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.flow.channels.chats.models import Bot

LONGEST = 512 * 1024


@csrf_exempt
@require_POST
def hook(request: HttpRequest, address: str) -> HttpResponse:
    """Take one event; told again it is answered the same."""
    bot = queries.bot_by_address(address)
    if bot is None:
        raise Http404
    said = _said(request.body)
    if said is None:
        return JsonResponse({"detail": "not an object of JSON, or too long"}, status=400)
    door = door_of(bot)
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not door.genuine(bot, headers, said):
        return JsonResponse({"detail": "the secret does not fit"}, status=403)
    greeting = door.hello(bot, said)
    if greeting:
        return HttpResponse(greeting, content_type="text/plain")
    try:
        _take(bot, said)
    except (KeyError, TypeError, ValueError, AttributeError):
        return JsonResponse({"detail": "an event of an unknown shape"}, status=400)
    return HttpResponse("ok", content_type="text/plain")


def _said(body: bytes) -> dict[str, Any] | None:
    if len(body) > LONGEST:
        return None
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _take(bot: Bot, said: dict[str, Any]) -> None:
    """Note what was said in the open; keep what is a talk with us for the worker."""
    now = timezone.now()
    overheard = door_of(bot).overheard(bot, said)
    if overheard is not None:
        note_mention(overheard, bot=bot, now=now)
    else:
        take_update(bot, said, now=now)
