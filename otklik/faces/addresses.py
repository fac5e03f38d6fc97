"""Suggestions for an address being typed: the same list for the operator and for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET

from otklik.faces import access
from otklik.ground.territories.queries import find_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHORTEST, LONGEST = 2, 300


def _options(request: HttpRequest) -> HttpResponse:
    typed = request.GET.get("q", "").strip()[:LONGEST]
    found = find_address(typed) if len(typed) >= SHORTEST else []
    return render(request, "components/addresses.html", {"places": found})


@require_GET
@cache_control(public=True, max_age=300)
def for_all(request: HttpRequest) -> HttpResponse:
    """Give the options of a combobox: places that a typed address may mean."""
    return _options(request)


@never_cache
@login_required
@require_GET
def for_desk(request: HttpRequest) -> HttpResponse:
    """Give the same to officials."""
    access.official_or_404(request)
    return _options(request)
