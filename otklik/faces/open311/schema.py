"""The two directions of translation between Otklik and GeoReport v2, in JSON and in XML.

The specification: https://wiki.open311.org/GeoReport_v2/. JSON is XML by the Spark mapping: lists
are bare arrays, an empty element is null.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpResponse
from django.utils import timezone

from otklik.faces import show
from otklik.flow.cases import rules
from otklik.ground.kit.text import mask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.flow.intake.models import Report
    from otklik.flow.intake.rules import Problem
    from otklik.flow.partners.queries import Change
    from otklik.ground.topics.models import Question, Topic

ARGUMENTS = {
    "text": "description",
    "place": "lat, long",
    "address": "address_string",
    "photos": "media",
}
ITEM = {
    "services": "service", "service_requests": "request", "errors": "error",
    "attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format",
    "notes": "note", "service_request_updates": "request_update", "answers": "answer",
}  # fmt: skip
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold: one such character would make a whole list unreadable."""


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
        element.text = _FORBIDDEN.sub("", str(content))


def service(topic: Topic, language: str, *, metadata: bool) -> dict[str, Any]:
    """Return a fact as a service."""
    return {
        "service_code": topic.code,
        "service_name": show.title(topic, language),
        "description": getattr(topic, f"help_{language}", "") or topic.help_ru or None,
        "metadata": metadata,
        "type": "realtime",
        "keywords": ", ".join(topic.synonyms) or None,
        "group": show.title(topic.category, language) if topic.category else None,
    }


def definition(code: str, asked: Sequence[Question], language: str) -> dict[str, Any]:
    """Return what is asked about a fact; a distinct positive order to each."""
    attributes = []
    for order, question in enumerate(asked, 1):
        attribute: dict[str, Any] = {
            "variable": question.variable,
            "code": question.code,
            "datatype": question.datatype,
            "required": question.required and question.variable,
            "datatype_description": _said(question, "hint", language) or None,
            "order": order,
            "description": _said(question, "title", language),
        }
        if question.choices:
            attribute["values"] = [
                {"key": each["key"], "name": each.get(language) or each["ru"]}
                for each in question.choices
            ]
        attributes.append(attribute)
    return {"service_code": code, "attributes": attributes}


def _said(question: Question, stem: str, language: str) -> str:
    return str(getattr(question, f"{stem}_{language}") or getattr(question, f"{stem}_ru"))


def shown_answers(report: Report) -> list[dict[str, Any]]:
    """Return the answers that anybody may see: of lists, numbers and times, never words."""
    kept = report.extra.get("answers") or {}
    return [
        {"code": code, "value": value if isinstance(value, list) else [value]}
        for code, value in kept.items()
        if code in set(report.extra.get("plain") or ())
    ]


def note(change: Change) -> dict[str, Any]:
    """Return a change of a public case, as Chicago's extension tells of it."""
    return {
        "datetime": stamp(change.at),
        "description": _told(change),
        "type": change.status.lower(),
    }


def _told(change: Change) -> str:
    return ". ".join(filter(None, [change.sentence, mask(change.answer)]))


def update(change: Change) -> dict[str, Any]:
    """Return a change of a public case, as FixMyStreet reads it."""
    return {
        "update_id": str(change.number),
        "service_request_id": change.case,
        "status": change.status,
        "updated_datetime": stamp(change.at),
        "description": _told(change),
        "media_url": None,
    }


def request(
    case: Case, language: str, *, base: str, notes: Sequence[Change] | None = None
) -> dict[str, Any]:
    """Return a public case as a service request: no contact, no exact place, masked text.

    With its changes it is one with extensions.
    """
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
    if notes is not None:
        content["extended_attributes"] = {
            "status": case.status,
            "result": case.result or None,
            "territory": case.territory.code if case.territory else None,
            "supports": case.supports,
            "channel": case.report.channel,
            "answers": shown_answers(case.report),
        }
        content["notes"] = [note(each) for each in notes]
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
