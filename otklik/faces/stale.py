"""Forms that stood open for too long."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def give_back(request: HttpRequest, *, status: int = 403, wait: int = 0) -> HttpResponse:
    """Give back what was typed in a form grown too old, to be sent again by who typed it.

    With `wait`, one that came too soon: it may be sent after so many seconds.

    Only what came from our own page: another site's form, which the check is against, is refused.
    """
    if not wait and (request.method != "POST" or not _ours(request)):
        return render(request, "errors/403.html", status=403)
    said = [
        (name, value) for name, values in request.POST.lists() for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]  # fmt: skip
    context = {
        "said": said,
        "texts": [each for each in said if " " in each[1].strip()],
        "wait": wait,
        "files": [str(getattr(file, "name", "")) for file in request.FILES.values()],
    }
    return render(request, "errors/stale.html", context, status=status)


def _ours(request: HttpRequest) -> bool:
    came_from = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(came_from).netloc == request.get_host()
