"""Papers of a case as answers to a browser, for the author's page and for the desk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import FileResponse, Http404, HttpResponse

from otklik.flow.appeals import paper, queries

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from otklik.flow.cases.models import Case


def respond(content: bytes, mime: str, name: str, *, download: bool = False) -> HttpResponse:
    """Give a paper to the browser: shown there or saved, never run."""
    response = HttpResponse(content, content_type=mime)
    way = "attachment" if download else "inline"
    response["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def stored(path: str, mime: str, name: str, *, download: bool = False) -> HttpResponseBase:
    """Give a kept file; while its copy is still being made, say to come again."""
    if not path:
        return HttpResponse(status=202, headers={"Retry-After": "2"})
    response = FileResponse(
        (Path(settings.MEDIA_ROOT) / path).open("rb"), content_type=mime, filename=name,
        as_attachment=download,
    )  # fmt: skip
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def form(case: Case, template: str, title: str) -> HttpResponse:
    """Return a printed form of a case."""
    done = paper.printed(
        template, queries.file_of(case), title=f"{title} № {case.spoken}",
        name=f"{template}-{case.number}",
    )  # fmt: skip
    return respond(done.content, done.mime, done.name)


def notice(case: Case, notice_id: int) -> HttpResponse:
    """Return a notice of a case as a paper; 404 for another case's."""
    try:
        found = queries.notice_of(case, notice_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    done = paper.printed(
        "notice", {**queries.file_of(case), "notice": found},
        title=f"Уведомление {found.get_kind_display()}", name=f"notice-{case.number}-{found.pk}",
    )  # fmt: skip
    return respond(done.content, done.mime, done.name)


def kept(case: Case, paper_id: int, *, to_author: bool = False) -> HttpResponse:
    """Return a kept paper of a case, the very bytes that were signed; 404 for another case's.

    To the author only the answer is given, not what bodies wrote to each other.
    """
    try:
        found = queries.paper_of(case, paper_id)
        if to_author and found.kind != found.Kind.ANSWER:
            raise Http404
    except ObjectDoesNotExist:
        raise Http404 from None
    return respond(paper.content_of(found.path), found.mime, found.name)
