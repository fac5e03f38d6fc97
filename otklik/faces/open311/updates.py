"""`servicerequestupdates`, the protocol by which FixMyStreet tells of changes and asks for them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from otklik.faces.open311 import asked, schema
from otklik.faces.open311.doors import georeport, key_for, language, posted
from otklik.faces.open311.schema import GeoReportError
from otklik.flow.cases.rules import Refused
from otklik.flow.partners import queries
from otklik.flow.partners.commands import News, take_update
from otklik.flow.partners.rules import STATUSES
from otklik.ground.accounts.queries import api_key

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

LONGEST = 80


@csrf_exempt
@georeport("GET", "POST")
def updates(http: HttpRequest, fmt: str) -> HttpResponse:
    """Take news of a request, or tell what changed in public ones."""
    return _take(http, fmt) if http.method == "POST" else _tell(http, fmt)


def _tell(http: HttpRequest, fmt: str) -> HttpResponse:
    arguments = asked.given(http.GET.dict())
    key = api_key(arguments.get("api_key", ""))
    if "api_key" in arguments and key is None:
        raise GeoReportError(403, _("Ключ api_key не указан или неизвестен"))
    since, until = asked.window(arguments, timezone.now())
    numbers = asked.listed(arguments.get("service_request_id", ""))[: asked.MOST]
    found = queries.changes(since, until, numbers, language(http), key)
    content = [schema.update(each) for each in found]
    return schema.answer("service_request_updates", content, fmt)


def _take(http: HttpRequest, fmt: str) -> HttpResponse:
    arguments = posted(http)
    key = key_for(arguments, "updates")
    news = _news(http.POST, arguments)
    number = arguments.get("service_request_id", "")
    if not number:
        raise GeoReportError(400, _("Не указан service_request_id"))
    try:
        taken = take_update(number, news, key=key, now=timezone.now())
    except ObjectDoesNotExist:
        raise GeoReportError(404, _("Такого service_request_id нет")) from None
    except Refused as refusal:
        said = refusal.ru if language(http) == "ru" else refusal.en
        raise GeoReportError(400, said) from None
    return schema.answer("service_request_updates", [{"update_id": str(taken.pk)}], fmt)


def _news(data: QueryDict, arguments: dict[str, str]) -> News:
    status = arguments.get("status", "").upper()
    if status not in STATUSES:
        raise GeoReportError(
            400, _("status: одно из %(known)s") % {"known": ", ".join(sorted(STATUSES))}
        )
    if "updated_datetime" not in arguments:
        raise GeoReportError(400, _("Не указан updated_datetime"))
    asked.moment("updated_datetime", arguments["updated_datetime"])
    number = arguments.get("update_id", "") or uuid.uuid4().hex
    if len(number) > LONGEST:
        raise GeoReportError(400, _("update_id длиннее %(limit)s знаков") % {"limit": LONGEST})
    said = [asked.words(arguments.get("description", "")), *asked.links(data, arguments)]
    return News(number, status, "\n".join(filter(None, said)))
