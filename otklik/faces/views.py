"""Pages that belong to no one audience: health, files, the door after sign-in."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import DatabaseError
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access
from otklik.faces.papers import stored
from otklik.faces.ways import doors
from otklik.ground.accounts.queries import powers_of
from otklik.journal import reading
from otklik.journal.following import lag

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

AT_DESK = ("moderate", "assign", "draft_answer", "approve_answer", "create_on_behalf", "verify")
ELSEWHERE = (
    ("manage_people", "desk:people"), ("audit", "desk:audit"), ("organise_votes", "desk:votes"),
    ("moderate_discussions", "desk:moderation"), ("hold_reception", "desk:reception"),
    ("see_statistics", "desk:statistics"),
)  # fmt: skip
"""Where those begin to whom the queue of messages is closed."""
UNSEARCHED = ("/desk/", "/admin/", "/accounts/", "/m/", "/files/", "/api/", "/live/")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


@never_cache
@require_GET
def healthz(_request: HttpRequest) -> JsonResponse:
    """Tell machines whether all is well: the database, the journal's head, each follower's lag."""
    try:
        followers = lag()
        head = reading.head()
        ways = doors(timezone.now())
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    stopped = [name for name, state in followers.items() if state["stopped"]]
    return JsonResponse(
        {
            "status": "degraded" if stopped else "ok",
            "database": "ok",
            "journal": {"head": head},
            "followers": followers,
            "doors": ways,
        }
    )


@require_POST
def vision(request: HttpRequest) -> HttpResponse:
    """Switch the version for people with weak sight on or off, for a year."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = "/"
    response = redirect(target)
    name = f"{settings.OWN_COOKIE}vision"
    if request.POST.get("on") == "1":
        response.set_cookie(name, "large", max_age=365 * 86_400, samesite="Lax", httponly=True,
                            secure=settings.HTTPS_ONLY)  # fmt: skip
    else:
        response.delete_cookie(name)
    return response


@login_required
def enter(request: HttpRequest) -> HttpResponse:
    """Lead a person who signed in to their place: a leader, an official, a citizen."""
    official = access.official(request)
    if official is None:
        return redirect("admin:index" if request.user.is_superuser else "site:cabinet")
    powers = powers_of(official)
    at_work = any(map(powers.anywhere, AT_DESK))
    if powers.anywhere("see_monitor") and not at_work:
        return redirect("monitor:wall")
    if powers.anywhere("edit_ground") and not at_work:
        return redirect("admin:index")
    if not powers.anywhere("see_case"):
        for permission, place in ELSEWHERE:
            if powers.anywhere(permission):
                return redirect(place)
    return redirect("desk:queue")


@require_GET
def file(request: HttpRequest, token: str, variant: str) -> HttpResponseBase:
    """Give a file to those who may see it: copies without EXIF, the original to few."""
    found = access.attachment_or_404(request, token, original=variant == "original")
    path = {"public": found.public, "thumbnail": found.thumbnail, "original": found.original}.get(
        variant
    )
    if path is None:
        raise Http404
    if variant == "original":
        return stored(path, found.mime, found.name, download=True)
    etag = f'"{PurePosixPath(path).stem}"'  # parts of a photo may be covered any time: ask again
    unchanged = get_conditional_response(request, etag=etag) if path else None
    response = unchanged or stored(path, "image/jpeg", f"{token}.jpg")
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag
    return response


@require_GET
def tiles(request: HttpRequest) -> HttpResponseBase:
    """Serve the operator's own map file by ranges; a web server may do it better."""
    path = Path(settings.MAP_PMTILES)
    if not settings.MAP_PMTILES or not path.is_file():
        raise Http404
    about = path.stat()
    size = about.st_size
    headers = {"Accept-Ranges": "bytes", "ETag": f'"{size}-{about.st_mtime_ns}"'}
    wanted = _RANGE.match(request.headers.get("Range", ""))
    if wanted is None:
        whole = path.open("rb")
        return FileResponse(whole, content_type="application/octet-stream", headers=headers)
    start = int(wanted[1])
    end = min(int(wanted[2]) if wanted[2] else size - 1, size - 1, start + 4 * 2**20)
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    with path.open("rb") as stream:
        stream.seek(start)
        body = stream.read(end - start + 1)
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return HttpResponse(body, status=206, content_type="application/octet-stream", headers=headers)


@require_GET
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Keep searchers out of what is personal or work."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in UNSEARCHED), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_GET
def icon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Lead who asks for the old address of an icon to ours."""
    return redirect(static("build/img/favicon.svg"))
