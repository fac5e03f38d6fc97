"""The two directions of translation between Otklik and GeoReport v2, in JSON and in XML.

The specification: https://wiki.open311.org/GeoReport_v2/. JSON is XML by the Spark mapping: lists
are bare arrays, an empty element is null.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from otklik.faces import show
from otklik.flow.cases import rules
from otklik.flow.intake.rules import NewReport
from otklik.ground.kit.text import mask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from otklik.flow.cases.models import Case
    from otklik.flow.intake.models import Report
    from otklik.flow.intake.rules import Problem
    from otklik.ground.topics.models import Topic

SPAN = timedelta(days=90)
TEXT_LIMIT = 4000
ARGUMENTS = {
    "text": "description",
    "place": "lat, long",
    "address": "address_string",
    "photos": "media",
}
ITEM = {
    "services": "service", "service_requests": "request", "errors": "error",
    "attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format",
    "notes": "note", "extended_attributes": "extended_attribute",
}  # fmt: skip
_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")


class GeoReportError(Exception):
    """An answer by the specification: HTTP's code and one or more descriptions."""

    def __init__(self, status: int, *descriptions: str) -> None:
        super().__init__(*descriptions)
        self.status, self.descriptions = status, descriptions


def answer(root: str, content: Any, fmt: str, status: int = 200) -> HttpResponse:
    """Return content as the specification's JSON or XML."""
    if fmt == "json":
        body = json.dumps(content, ensure_ascii=False)
        response = HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
    else:
        element = Element(root)
        _fill(element, content)
        text = '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(element, encoding="unicode")
        response = HttpResponse(text, status=status, content_type="text/xml; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def failure(error: GeoReportError, fmt: str) -> HttpResponse:
    """Return errors as the specification wants them: always a list."""
    content = [
        {"code": error.status, "description": description} for description in error.descriptions
    ]
    return answer("errors", content, fmt, error.status)


def problem(found: Problem, language: str) -> str:
    """Return what intake found wrong, with the argument that it is about."""
    said = found.ru if language == "ru" else found.en
    return f"{ARGUMENTS.get(found.field, found.field)}: {said}"


def _fill(element: Element, content: Any) -> None:
    if isinstance(content, dict):
        for key, value in content.items():
            _fill(SubElement(element, key), value)
    elif isinstance(content, list):
        for each in content:
            _fill(SubElement(element, ITEM.get(element.tag, "item")), each)
    elif isinstance(content, bool):
        element.text = "true" if content else "false"
    elif content is not None:
        element.text = str(content)


def service(topic: Topic, language: str) -> dict[str, Any]:
    """Return a fact as a service."""
    return {
        "service_code": topic.code,
        "service_name": show.title(topic, language),
        "description": getattr(topic, f"help_{language}", "") or topic.help_ru or None,
        "metadata": False,
        "type": "realtime",
        "keywords": ", ".join(topic.synonyms) or None,
        "group": show.title(topic.category, language) if topic.category else None,
    }


def request(case: Case, language: str, *, base: str, extensions: bool) -> dict[str, Any]:
    """Return a public case as a service request: no contact, no exact place, masked text."""
    photos = [each for each in case.report.attachments.all()
              if each.public and each.purpose == "message"]  # fmt: skip
    closed = case.status in rules.FINAL or case.status == "answered"
    updated = (case.answered_at or case.closed_at or case.updated_at) if closed else case.updated_at
    content: dict[str, Any] = {
        "service_request_id": case.number,
        "status": "closed" if closed else "open",
        "status_notes": show.status(case, language) or None,
        "service_name": show.title(case.topic, language) or None,
        "service_code": case.topic.code if case.topic else None,
        "description": mask(case.report.text) or None,
        "agency_responsible": show.name(case.organisation, language) or None,
        "service_notice": None,
        "requested_datetime": stamp(case.received_at),
        "updated_datetime": stamp(updated),
        "expected_datetime": stamp(case.due),
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": _coarse(case.lat),
        "long": _coarse(case.lon),
        "media_url": f"{base}/files/{photos[0].token}/public" if photos else None,
    }
    if extensions:
        content["extended_attributes"] = {
            "status": case.status,
            "result": case.result or None,
            "territory": case.territory.code if case.territory else None,
            "supports": case.supports,
            "channel": case.report.channel,
        }
    return content


def fresh_request(report: Report, language: str) -> dict[str, Any]:
    """Return a message that was received a moment ago as a service request."""
    received = stamp(report.received_at)
    return {
        "service_request_id": report.number,
        "status": "open",
        "status_notes": None,
        "service_name": show.title(report.topic_hint, language) or None,
        "service_code": report.topic_hint.code if report.topic_hint else None,
        "description": mask(report.text) or None,
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": received,
        "updated_datetime": received,
        "expected_datetime": None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": _coarse(report.lat),
        "long": _coarse(report.lon),
        "media_url": None,
    }


def _coarse(degrees: float | None) -> float | None:
    return round(degrees, show.PUBLIC_DIGITS) if degrees is not None else None


def stamp(moment: datetime | None) -> str | None:
    """Return a time with its zone, to the second."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None


def given(data: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments that are there: an empty one is an absent one."""
    return {key: value.strip() for key, value in data.items() if value and value.strip()}


def moment(name: str, text: str) -> datetime:
    """Read a time with its zone; a plus that became a blank on the way is a plus."""
    found = _parsed(text.replace(" ", "+", 1) if "T" in text else text)
    if found is None:
        raise GeoReportError(
            400, _("%(name)s: нужны дата и время вида YYYY-MM-DDThh:mm:ssZ") % {"name": name}
        )
    if found.tzinfo is None:
        raise GeoReportError(400, _("%(name)s: не указан часовой пояс") % {"name": name})
    return found


def _parsed(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def window(arguments: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    """Return the span asked for: at most 90 days, the last 90 where nothing is said."""
    start = moment("start_date", arguments["start_date"]) if "start_date" in arguments else None
    end = moment("end_date", arguments["end_date"]) if "end_date" in arguments else None
    try:
        if start is None:
            end = end or now
            start = end - SPAN
        end = end or start + SPAN
    except OverflowError:
        raise GeoReportError(400, _("Таких дат не бывает")) from None
    if end < start:
        raise GeoReportError(400, _("end_date раньше start_date"))
    if end - start > SPAN:
        raise GeoReportError(400, _("Между start_date и end_date больше 90 дней"))
    return start, end


def coordinate(arguments: Mapping[str, str], name: str, bound: int) -> float | None:
    """Read a coordinate; 400 for anything that is none."""
    if name not in arguments:
        return None
    try:
        value = float(arguments[name])
    except ValueError:
        raise GeoReportError(400, _("%(name)s: не число") % {"name": name}) from None
    if not -bound <= value <= bound:
        raise GeoReportError(400, _("%(name)s: вне допустимых значений") % {"name": name})
    return value


def new_report(data: QueryDict, arguments: Mapping[str, str], key: str) -> NewReport:
    """Return a posted request as a message; GeoReportError for what the specification refuses."""
    lat, lon = coordinate(arguments, "lat", 90), coordinate(arguments, "long", 180)
    if (lat is None) != (lon is None):
        raise GeoReportError(400, _("lat и long указывают вместе"))
    address = arguments.get("address_string", "") or arguments.get("address_id", "")
    if lat is None and not address:
        raise GeoReportError(400, _("Укажите место: lat и long или address_string"))
    text = arguments.get("description", "")
    if len(text) > TEXT_LIMIT:
        raise GeoReportError(400, _("description длиннее %(limit)s знаков") % {"limit": TEXT_LIMIT})
    email, phone = arguments.get("email", ""), arguments.get("phone", "")
    extra = {
        name: arguments[name]
        for name in ("device_id", "account_id", "first_name", "last_name", "media_url")
        if name in arguments
    }
    attributes = {name: data.getlist(name) for name in data if name.startswith("attribute[")}
    if attributes:
        extra["attributes"] = json.dumps(attributes, ensure_ascii=False)
    return NewReport(
        text=_TAG.sub("", text),
        channel="open311",
        idempotency_key=key,
        topic=arguments["service_code"],
        place="pin" if lat is not None else "address",
        lat=lat,
        lon=lon,
        address=address if lat is None else arguments.get("address_string", ""),
        contact="email" if email else "phone" if phone else "none",
        email=email,
        phone=phone,
        wants_public=True,
        extra=extra,
    )


def listed(text: str) -> Sequence[str]:
    """Return the parts of a comma list."""
    return [part.strip() for part in text.split(",") if part.strip()]
