"""«Уведомления»: a person turns them on on this device, sees the others, turns any off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces.site import choices
from otklik.flow.channels.push import commands, queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Person

LONGEST = 4096


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show what a person hears, how, when and on which devices; offer this one."""
    return choices.shown(request, cast("Person", request.user))


@login_required
@require_POST
def add(request: HttpRequest) -> JsonResponse:
    """Take a browser's subscription."""
    try:
        told = rules.subscription(json.loads(request.body[:LONGEST]))
    except ValueError:
        told = None
    if told is None:
        return JsonResponse({"error": _("Браузер не дал адреса для уведомлений")}, status=422)
    name = rules.device_name(request.headers.get("User-Agent", ""))
    person = cast("Person", request.user)
    made = commands.add_device(person, told, name=name, now=timezone.now())
    return JsonResponse({"device": made.pk}, status=201)


@login_required
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Turn notices to one of a person's own devices off."""
    person = cast("Person", request.user)
    asked = request.POST.get("device", "")
    found = [each for each in queries.devices_of(person) if str(each.pk) == asked]
    if not found:
        raise Http404
    commands.remove_device(found[0], by=person.ref, now=timezone.now())
    notices.success(request, _("Уведомления на этом устройстве выключены"))
    return redirect("site:notices")
