"""Buttons of the demo region; without the demo they do not exist."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from procrastinate.exceptions import AlreadyEnqueued

from otklik.demo.jobs import run_storm
from otklik.flow.channels.sms.queries import newest_messages
from otklik.ground.accounts.queries import official_of, powers_of
from otklik.readers.notifications.queries import newest

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
def storm(request: HttpRequest) -> HttpResponse:
    """Start the storm: a heat outage in one district."""
    official = official_of(request.user) if request.user.is_authenticated else None
    if not settings.DEMO or official is None or not powers_of(official).anywhere("see_monitor"):
        raise Http404
    with suppress(AlreadyEnqueued):  # it is already blowing
        run_storm.defer(count=500, minutes=4.0)
    return redirect("monitor:wall")


@never_cache
@require_GET
def sms(request: HttpRequest) -> HttpResponse:
    """Show the newest text messages and letters of the demo, which went nowhere, to its staff."""
    official = official_of(request.user) if request.user.is_authenticated else None
    if not settings.DEMO or official is None:
        raise Http404
    context = {"found": newest_messages(50), "letters": newest(50)}
    return render(request, "demo/sms.html", context)
