"""The page that a letter's last line leads to: no such letters any more, or again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from otklik.readers.notifications import commands, queries

if TYPE_CHECKING:
    from django.http import HttpRequest


@csrf_exempt  # the signed link is the leave; mail programs press it without a page (RFC 8058)
@never_cache
@require_http_methods(["GET", "POST"])
def letters(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is declined; POST declines, or takes it back with `again`."""
    found = queries.print_of(token)
    if not found:
        raise Http404
    if request.method == "POST":
        commands.decline(found, off="again" not in request.POST, now=timezone.now())
    off = queries.declined(found)
    return render(request, "site/letters.html", {"off": off})
