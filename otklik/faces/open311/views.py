"""Open311 GeoReport v2: services, requests, tokens, discovery, in JSON and XML."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from otklik.faces.forms import uploads
from otklik.faces.open311 import asked, schema
from otklik.faces.open311.doors import georeport, key_for, language, posted
from otklik.faces.open311.schema import GeoReportError
from otklik.flow.cases import queries, rules
from otklik.flow.intake import commands as intake
from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.queries import report_just_received
from otklik.flow.partners import queries as partners
from otklik.ground.accounts.queries import api_key
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import fact, questions, topics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from otklik.flow.cases.models import Case

CHANGESET = "2026-11-26T00:00:00+03:00"


@georeport("GET")
def discovery(http: HttpRequest, fmt: str) -> HttpResponse:
    """Tell where the interface is and what it speaks."""
    content = {
        "changeset": CHANGESET,
        "contact": region().title_ru,
        "key_service": http.build_absolute_uri("/about/"),
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": http.build_absolute_uri("/open311/v2"),
                "changeset": CHANGESET,
                "type": "test" if settings.DEMO else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return schema.answer("discovery", content, fmt)


@georeport("GET")
def services(http: HttpRequest, fmt: str) -> HttpResponse:
    """List what may be written about."""
    content = [
        schema.service(each, language(http), metadata=each.code in questions())
        for each in topics().facts
        if not each.closed
    ]
    return schema.answer("services", content, fmt)


@georeport("GET")
def service(http: HttpRequest, fmt: str, code: str) -> HttpResponse:
    """Define a service's questions; a service without metadata has none."""
    about = fact(code)
    if about is None or about.closed:
        raise GeoReportError(404, _("Такого service_code нет"))
    content = schema.definition(code, questions().get(code, []), language(http))
    return schema.answer("service_definition", content, fmt)


@csrf_exempt
@georeport("GET", "POST")
def requests(http: HttpRequest, fmt: str) -> HttpResponse:
    """Take a request, or list those that may be seen."""
    return _post(http, fmt) if http.method == "POST" else _list(http, fmt)


def _post(http: HttpRequest, fmt: str) -> HttpResponse:
    arguments = posted(http)
    by = key_for(arguments, "requests")
    if "service_code" not in arguments:
        raise GeoReportError(400, _("Не указан service_code"))
    about = fact(arguments["service_code"])
    if about is None or about.closed:  # what is not listed is told by other doors
        raise GeoReportError(404, _("Такого service_code нет"))
    arguments.setdefault("description", about.title_ru)  # the specification leaves it optional
    key = http.headers.get("Idempotency-Key") or arguments.get("client_request_id")
    new = asked.new_report(http.POST, arguments, partners.own_key(by, key or uuid.uuid4().hex), by)
    files = [each for name in http.FILES for each in uploads(http, name)]
    try:
        receipt = intake.receive(new, files=files, now=timezone.now())
    except intake_rules.Refused as refusal:
        problems = [schema.problem(each, language(http)) for each in refusal.problems]
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
    arguments = asked.given(http.GET.dict())
    found = queries.public_cases().prefetch_related("report__attachments")
    if "service_request_id" in arguments:
        found = _numbered(arguments)
    else:
        found = _placed(_timed(found.filter(**_narrowing(arguments)), arguments), arguments)
    content = _shown(http, found[asked.page(arguments)])
    return schema.answer("service_requests", content, fmt)


def _shown(http: HttpRequest, cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Return cases as requests; with `extensions=true` what changed in them too."""
    said, base, shown = language(http), http.build_absolute_uri("/").rstrip("/"), list(cases)
    if http.GET.get("extensions", "").strip() != "true":
        return [schema.request(case, said, base=base) for case in shown]
    told = partners.history([case.number for case in shown], said)
    return [
        schema.request(case, said, base=base, notes=told.get(case.number, [])) for case in shown
    ]


def _numbered(arguments: Mapping[str, str]) -> QuerySet[Case]:
    """Return those asked for by number; who brought a request sees it though not all do."""
    numbers = asked.listed(arguments["service_request_id"])[: asked.MOST]
    shown = partners.seen_by(api_key(arguments.get("api_key", "")))
    found = shown.filter(number__in=numbers).prefetch_related("report__attachments")
    if "updated_after" in arguments:
        after = asked.moment("updated_after", arguments["updated_after"])
        return partners.changed_between(found, after, None)
    return found


def _narrowing(arguments: Mapping[str, str]) -> dict[str, Any]:
    narrowing: dict[str, Any] = {}
    if "service_code" in arguments:
        narrowing["topic__code__in"] = asked.listed(arguments["service_code"])
    wanted = set(asked.listed(arguments.get("status", "")))
    if wanted - {"open", "closed"}:
        raise GeoReportError(400, _("status: open, closed или оба"))
    if wanted == {"open"}:
        narrowing["status__in"] = set(rules.STATUSES) - partners.CLOSED
    elif wanted == {"closed"}:
        narrowing["status__in"] = partners.CLOSED
    return narrowing


def _timed(found: QuerySet[Case], arguments: Mapping[str, str]) -> QuerySet[Case]:
    """Narrow by the time of arrival; by that of change alone the 90 days do not bind."""
    after, before = (
        asked.moment(name, arguments[name]) if name in arguments else None
        for name in ("updated_after", "updated_before")
    )
    if after is None or {"start_date", "end_date"} & set(arguments):
        found = found.filter(received_at__range=asked.window(arguments, timezone.now()))
    return partners.changed_between(found, after, before) if after or before else found


def _placed(found: QuerySet[Case], arguments: Mapping[str, str]) -> QuerySet[Case]:
    if (sides := asked.box(arguments)) is not None:
        found = partners.within_box(found, sides)
    if (circle := asked.around(arguments)) is not None:
        found = partners.within_circle(found, circle.lat, circle.lon, circle.radius)
    return found


@georeport("GET")
def request(http: HttpRequest, fmt: str, number: str) -> HttpResponse:
    """Give one request; a hidden one looks as if it were not there."""
    try:
        case = queries.public_case(number)
    except ObjectDoesNotExist:
        content = [_just_received(number, language(http))]
    else:
        content = _shown(http, [case])
    return schema.answer("service_requests", content, fmt)


def _just_received(number: str, language: str) -> dict[str, Any]:
    """Return a request that triage has not reached yet, so that its sender finds it at once."""
    try:
        report = report_just_received(number, "open311")
    except ObjectDoesNotExist:
        raise GeoReportError(404, _("Такого service_request_id нет")) from None
    return schema.fresh_request(report, language)


@georeport("GET")
def token(http: HttpRequest, fmt: str, token: str) -> HttpResponse:
    """Tell which number a sender's own key got: for whom the answer to the post was lost."""
    number = partners.brought_under(token, api_key(http.GET.get("api_key", "")))
    if not number:
        raise GeoReportError(404, _("Такого token нет"))
    content = [{"service_request_id": number, "token": token}]
    return schema.answer("service_requests", content, fmt)
