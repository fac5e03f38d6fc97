"""GeoReport described for programs: OpenAPI 3.1 of the JSON side; XML beside it says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from otklik.flow.partners.rules import STATUSES

if TYPE_CHECKING:
    from django.http import HttpRequest

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
DEGREES: Schema = {"type": ["number", "null"]}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ERRORS = {
    "400": "An argument is wrong", "403": "The key is missing, unknown or too narrow",
    "404": "There is no such thing", "405": "Another method is answered here",
    "429": "The key was used too often",
}  # fmt: skip


def _object(required: str, /, **properties: Schema) -> Schema:
    return {"type": "object", "required": required.split(), "properties": properties}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> Schema:
    return {"type": "array", "items": _ref(name)}


SERVICE = _object(
    "service_code service_name metadata type", service_code=TEXT, service_name=TEXT,
    description=MAYBE, metadata={"type": "boolean"}, type={"enum": ["realtime"]}, keywords=MAYBE,
    group=MAYBE,
)  # fmt: skip
ATTRIBUTE = _object(
    "variable code datatype required order description", variable={"type": "boolean"}, code=TEXT,
    datatype={"enum": ["string", "number", "datetime", "text", "singlevaluelist",
                       "multivaluelist"]},
    required={"type": "boolean"}, datatype_description=MAYBE, order={"type": "integer"},
    description=TEXT, values={"type": "array", "items": _object("key name", key=TEXT, name=TEXT)},
)  # fmt: skip
REQUEST = _object(
    "service_request_id status requested_datetime", service_request_id=TEXT,
    status={"enum": ["open", "closed"]}, status_notes=MAYBE, service_name=MAYBE,
    service_code=MAYBE, description=MAYBE, agency_responsible=MAYBE, service_notice=MAYBE,
    requested_datetime=MOMENT, updated_datetime=MOMENT, expected_datetime=MAYBE, address=MAYBE,
    address_id=MAYBE, zipcode=MAYBE, lat=DEGREES, long=DEGREES, media_url=MAYBE,
    extended_attributes={"type": "object"},
    notes={"type": "array", "items": _object("datetime description type", datetime=MOMENT,
                                             description=TEXT, type=TEXT)},
)  # fmt: skip
SCHEMAS = {
    "Error": _object("code description", code={"type": "integer"}, description=TEXT),
    "Service": SERVICE,
    "Definition": _object(
        "service_code attributes", service_code=TEXT,
        attributes={"type": "array", "items": ATTRIBUTE},
    ),
    "Request": REQUEST,
    "Receipt": _object("service_request_id", service_request_id=TEXT, service_notice=MAYBE,
                       account_id=MAYBE),
    "Token": _object("service_request_id token", service_request_id=TEXT, token=TEXT),
    "Update": _object(
        "update_id service_request_id status updated_datetime", update_id=TEXT,
        service_request_id=TEXT, status={"enum": sorted(STATUSES)}, updated_datetime=MOMENT,
        description=MAYBE, media_url=MAYBE,
    ),
    "UpdateTaken": _object("update_id", update_id=TEXT),
    "Discovery": _object("changeset endpoints", changeset=MOMENT, contact=MAYBE, key_service=MAYBE,
                         endpoints={"type": "array", "items": {"type": "object"}}),
}  # fmt: skip


def _asked(*names: str) -> list[Schema]:
    return [{"name": name, "in": "query", "schema": TEXT} for name in ("jurisdiction_id", "locale",
                                                                       *names)]  # fmt: skip


def _part(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": {**TEXT, "minLength": 1}}


def _answers(content: Schema, *statuses: str) -> Schema:
    failed = {"application/json": {"schema": _list("Error")}}
    told = {
        status: {"description": ERRORS[status], "content": failed}
        for status in (*statuses, "404", "405")
    }
    whole = {"description": "As asked", "content": {"application/json": {"schema": content}}}
    return {"200": whole, **told}


def _get(summary: str, content: Schema, *names: str, path: str = "") -> Schema:
    parts = [_part(path)] if path else []
    return {"summary": summary, "parameters": [*parts, *_asked(*names)],
            "responses": _answers(content, "400", "403")}  # fmt: skip


def _post(summary: str, content: Schema, body: Schema) -> Schema:
    form = {"application/x-www-form-urlencoded": {"schema": body}}
    return {"summary": summary, "requestBody": {"required": True, "content": form},
            "responses": _answers(content, "400", "403", "429")}  # fmt: skip


WINDOW = ("start_date", "end_date", "service_request_id", "api_key")
PATHS: Schema = {
    "/discovery.json": {"get": _get("Where the interface is", _ref("Discovery"))},
    "/services.json": {"get": _get("What may be written about", _list("Service"))},
    "/services/{service_code}.json": {
        "get": _get("The questions of a service", _ref("Definition"), path="service_code")
    },
    "/requests.json": {
        "get": _get(
            "Public requests", _list("Request"), *WINDOW, "service_code", "status", "updated_after",
            "updated_before", "bbox", "lat", "long", "radius", "page", "page_size", "extensions",
        ),
        "post": _post(
            "Take a request", _list("Receipt"),
            _object(
                "api_key service_code", api_key=TEXT, service_code=TEXT, lat=TEXT, long=TEXT,
                address_string=TEXT, description=TEXT, email=TEXT, phone=TEXT, first_name=TEXT,
                last_name=TEXT, media_url=TEXT, client_request_id=TEXT,
            ),
        ),
    },
    "/requests/{service_request_id}.json": {
        "get": _get("One request", _list("Request"), "extensions", path="service_request_id")
    },
    "/tokens/{token}.json": {
        "get": _get("The number of a sender's own key", _list("Token"), "api_key", path="token")
    },
    "/servicerequestupdates.json": {
        "get": _get("What changed", _list("Update"), *WINDOW),
        "post": _post(
            "Tell more of a request that one brought", _list("UpdateTaken"),
            _object(
                "api_key service_request_id status updated_datetime", api_key=TEXT,
                service_request_id=TEXT, status={"enum": sorted(STATUSES)},
                updated_datetime=MOMENT, description=TEXT, update_id=TEXT,
            ),
        ),
    },
}  # fmt: skip


@require_GET
@cache_control(public=True, max_age=3600)
def openapi(_request: HttpRequest) -> JsonResponse:
    """Describe the interface."""
    described = {
        "openapi": "3.1.0",
        "info": {"title": "Open311 GeoReport v2", "version": "2.1"},
        "servers": [{"url": "/open311/v2"}],
        "paths": PATHS, "components": {"schemas": SCHEMAS},
    }  # fmt: skip
    return JsonResponse(described, json_dumps_params={"ensure_ascii": False})
