"""Channels: what waits to go to people, and which way does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from otklik.faces import access, ways

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MAY = "watch_doors"


@never_cache
@login_required
@require_GET
def channels(request: HttpRequest) -> HttpResponse:
    """List the ways to people, those that do not answer first."""
    access.official_or_404(request, MAY)
    return render(request, "desk/channels.html", {"rows": ways.rows()})
