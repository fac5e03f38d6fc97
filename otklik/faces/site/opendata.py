"""Open data: the sets of each night, what their columns mean, and how to take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from otklik.readers.opendata import queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

TYPES = {
    "csv": "text/csv; charset=utf-8", "json": "application/json",
    "geojson": "application/geo+json", "parquet": "application/vnd.apache.parquet",
}  # fmt: skip


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Tell which sets there are."""
    said = queries.description()
    context = {
        "sets": said["resources"] if said else [],
        "made": parse_datetime(said["created"]) if said else None,
        "tables": [("messages", rules.MESSAGES), ("counts", rules.COUNTS)],
        "licence": rules.LICENCE, "fewest": rules.FEWEST,
    }  # fmt: skip
    return render(request, "site/opendata.html", context)


@require_GET
def file(request: HttpRequest, name: str) -> HttpResponseBase:  # noqa: ARG001
    """Give a set."""
    path = queries.file_of(name)
    if path is None or not path.is_file():
        raise Http404
    answer = FileResponse(path.open("rb"), content_type=TYPES[path.suffix[1:]], filename=name)
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
