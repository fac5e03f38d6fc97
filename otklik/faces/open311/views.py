"""Open311 GeoReport v2: services, requests, tokens, discovery, in JSON and XML."""

from __future__ import annotations

import uuid
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from otklik.faces.forms import uploads
from otklik.faces.open311 import schema
from otklik.faces.open311.schema import GeoReportError
from otklik.flow.cases import queries, rules
from otklik.flow.intake import commands as intake
from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.queries import report_just_received
from otklik.ground.accounts.queries import api_key_known
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import fact, topics

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

MOST = 1000
CLOSED = rules.FINAL | {"answered"}


def georeport(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a specification's error as the specification wants it, in the format asked for."""

    @wraps(view)
    def run(http: HttpRequest, fmt: str, **parts: str) -> HttpResponse:
        with translation.override(_language(http)):
            try:
                _jurisdiction(http)
                return view(http, fmt, **parts)
            except GeoReportError as error:
                return schema.failure(error, fmt)

    return run


def _jurisdiction(http: HttpRequest) -> None:
    named = http.GET.get("jurisdiction_id") or http.POST.get("jurisdiction_id")
    if named and named not in {region().code, f"{region().code}.ru"}:
        raise GeoReportError(404, _("Такого jurisdiction_id здесь нет"))


def _language(http: HttpRequest) -> str:
    return "en" if http.GET.get("locale", "").startswith("en") else "ru"


@require_safe
@georeport
def discovery(http: HttpRequest, fmt: str) -> HttpResponse:
    """Tell where the interface is and what it speaks."""
    content = {
        "changeset": "2026-11-24T00:00:00+03:00",
        "contact": region().title_ru,
        "key_service": http.build_absolute_uri("/about/"),
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": http.build_absolute_uri("/open311/v2"),
                "changeset": "2026-11-24T00:00:00+03:00",
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return schema.answer("discovery", content, fmt)


@require_safe
@georeport
def services(http: HttpRequest, fmt: str) -> HttpResponse:
    """List what may be written about."""
    content = [schema.service(each, _language(http)) for each in topics().facts if not each.closed]
    return schema.answer("services", content, fmt)


@require_safe
@georeport
def service(http: HttpRequest, fmt: str, code: str) -> HttpResponse:  # noqa: ARG001
    """Define a service's questions: none of ours has any yet."""
    if fact(code) is None:
        raise GeoReportError(404, _("Такого service_code нет"))
    content = {"service_code": code, "attributes": []}
    return schema.answer("service_definition", content, fmt)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@georeport
def requests(http: HttpRequest, fmt: str) -> HttpResponse:
    """Take a request, or list those that may be seen."""
    return _post(http, fmt) if http.method == "POST" else _list(http, fmt)


def _post(http: HttpRequest, fmt: str) -> HttpResponse:
    arguments = {**schema.given(http.GET.dict()), **schema.given(http.POST.dict())}
    if not api_key_known(arguments.get("api_key", "")):
        raise GeoReportError(403, _("Ключ api_key не указан или неизвестен"))
    if "service_code" not in arguments:
        raise GeoReportError(400, _("Не указан service_code"))
    about = fact(arguments["service_code"])
    if about is None:
        raise GeoReportError(404, _("Такого service_code нет"))
    arguments.setdefault("description", about.title_ru)  # the specification leaves it optional
    key = http.headers.get("Idempotency-Key") or arguments.get("client_request_id")
    new = schema.new_report(http.POST, arguments, key or uuid.uuid4().hex)
    files = [each for name in http.FILES for each in uploads(http, name)]
    try:
        receipt = intake.receive(new, files=files, now=timezone.now())
    except intake_rules.Refused as refusal:
        problems = [schema.problem(each, _language(http)) for each in refusal.problems]
        raise GeoReportError(400, *problems) from None
    content = [
        {
            "service_request_id": receipt.number,
            "service_notice": _("Следить: номер %(number)s, код %(secret)s, %(address)s")
            % {
                "number": receipt.spoken,
                "secret": receipt.secret,
                "address": http.build_absolute_uri("/track/"),
            },
            "account_id": None,
        }
    ]
    return schema.answer("service_requests", content, fmt)


def _list(http: HttpRequest, fmt: str) -> HttpResponse:
    arguments = schema.given(http.GET.dict())
    found = queries.public_cases().prefetch_related("report__attachments")
    if "service_request_id" in arguments:
        found = found.filter(number__in=schema.listed(arguments["service_request_id"])[:MOST])
    else:
        found = found.filter(**_narrowing(arguments))
    start, end = _page(arguments)
    extensions = arguments.get("extensions") == "true"
    base = http.build_absolute_uri("/").rstrip("/")
    content = [
        schema.request(case, _language(http), base=base, extensions=extensions)
        for case in found[start:end]
    ]
    return schema.answer("service_requests", content, fmt)


def _narrowing(arguments: dict[str, str]) -> dict[str, Any]:
    start, end = schema.window(arguments, timezone.now())
    narrowing: dict[str, Any] = {"received_at__range": (start, end)}
    if "service_code" in arguments:
        narrowing["topic__code__in"] = schema.listed(arguments["service_code"])
    wanted = set(schema.listed(arguments.get("status", "")))
    if wanted - {"open", "closed"}:
        raise GeoReportError(400, _("status: open, closed или оба"))
    if wanted == {"open"}:
        narrowing["status__in"] = set(rules.STATUSES) - CLOSED
    elif wanted == {"closed"}:
        narrowing["status__in"] = CLOSED
    return narrowing


def _page(arguments: dict[str, str]) -> tuple[int, int]:
    try:
        size = min(MOST, int(arguments.get("page_size", MOST)))
        page = int(arguments.get("page", 1))
    except ValueError:
        raise GeoReportError(400, _("page и page_size: целые числа")) from None
    if page < 1 or size < 1 or page > 10**6:
        raise GeoReportError(400, _("page и page_size начинаются с 1"))
    return (page - 1) * size, page * size


@require_safe
@georeport
def request(http: HttpRequest, fmt: str, number: str) -> HttpResponse:
    """Give one request; a hidden one looks as if it were not there."""
    base = http.build_absolute_uri("/").rstrip("/")
    try:
        case = queries.public_case(number)
    except ObjectDoesNotExist:
        content = [_just_received(number, _language(http))]
    else:
        extensions = http.GET.get("extensions") == "true"
        content = [schema.request(case, _language(http), base=base, extensions=extensions)]
    return schema.answer("service_requests", content, fmt)


def _just_received(number: str, language: str) -> dict[str, Any]:
    """Return a request that triage has not reached yet, so that its sender finds it at once."""
    try:
        report = report_just_received(number, "open311")
    except ObjectDoesNotExist:
        raise GeoReportError(404, _("Такого service_request_id нет")) from None
    return schema.fresh_request(report, language)


@require_safe
@georeport
def token(http: HttpRequest, fmt: str, token: str) -> HttpResponse:  # noqa: ARG001
    """Say that there is no such token: numbers are given at once, so none is ever handed out."""
    raise GeoReportError(404, _("Такого token нет"))
