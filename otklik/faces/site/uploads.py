"""Files in pieces, by tus 1.0 (tus.io): core, creation and termination; see decision 57."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from otklik.faces import access
from otklik.flow.intake import parts
from otklik.flow.intake.queries import limits
from otklik.flow.intake.rules import Refused, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"
BLOCK = 64 * 1024


def _answer(status: int, text: str = "", **headers: str | int) -> HttpResponse:
    told = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    kind = "text/plain; charset=utf-8"
    return HttpResponse(
        text, status=status, content_type=kind, headers={"Tus-Resumable": VERSION, **told}
    )


def _stranger(request: HttpRequest) -> HttpResponse | None:
    """Refuse pages of other sites, and those who speak another version."""
    if access.from_elsewhere(request):
        return _answer(403)
    if request.headers.get("Tus-Resumable") != VERSION:
        return _answer(412, Tus_Version=VERSION)
    return None


@never_cache
@csrf_exempt
@require_http_methods(["OPTIONS", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Tell what is spoken here, or make room for a file and tell where its pieces go."""
    if request.method == "OPTIONS":
        return _answer(
            204, Tus_Version=VERSION, Tus_Extension="creation,termination",
            Tus_Max_Size=parts.largest(limits()),
        )  # fmt: skip
    if stranger := _stranger(request):
        return stranger
    length = request.headers.get("Upload-Length", "")
    if not (length.isascii() and length.isdigit() and int(length)):
        raise BadRequest
    try:
        made = parts.begin(_name(request), int(length), limits())
    except Refused as refusal:
        return _answer(413, joined(refusal.problems, "ru"))
    except parts.NoRoom:
        return _answer(503, Retry_After=600)
    return _answer(201, Location=reverse("site:upload", args=[made.token]), Upload_Offset=0)


def _name(request: HttpRequest) -> str:
    """Return the file's name out of `Upload-Metadata: filename 0K/QvNCw, …`."""
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise BadRequest from None
    return ""


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])  # a HEAD comes in as a GET
def one(request: HttpRequest, token: str) -> HttpResponse:
    """Tell how much of a file is here, take its next piece, or let it go."""
    if stranger := _stranger(request):
        return stranger
    known = parts.part(token)
    if known is None:
        raise Http404
    if request.method == "PATCH":
        return _take(request, known)
    if request.method == "DELETE":
        parts.end(token)
        return _answer(204)
    return _answer(200, Upload_Offset=known.offset, Upload_Length=known.size)


def _take(request: HttpRequest, known: parts.Part) -> HttpResponse:
    if request.content_type != PIECE:
        return _answer(415)
    offset = request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit()):
        raise BadRequest
    if int(offset) + int(request.headers.get("Content-Length") or 0) > known.size:
        return _answer(413)
    try:
        end = parts.append(known, int(offset), _blocks(request))
    except parts.Elsewhere as elsewhere:
        return _answer(409, Upload_Offset=elsewhere.offset)
    return _answer(204, Upload_Offset=end)


def _blocks(request: HttpRequest) -> Iterator[bytes]:
    """Give what comes as it comes; a connection that breaks is an end like another."""
    while True:
        try:
            block = request.read(BLOCK)
        except OSError:
            return
        if not block:
            return
        yield block
