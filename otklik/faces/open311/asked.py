"""Reading what other systems ask: GeoReport's arguments, each wrong one an error of its own."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from otklik.faces.open311.schema import GeoReportError
from otklik.flow.intake.rules import NewReport
from otklik.ground.topics.queries import questions
from otklik.ground.topics.rules import LINE, LISTS, LONG, WrongAnswerError, answer_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from otklik.ground.accounts.models import ApiKey
    from otklik.ground.topics.models import Question

SPAN = timedelta(days=90)
TEXT_LIMIT = 4000
MOST = 1000
FARTHEST = 50_000
"""Metres around a point that may be asked for."""
MOST_LINKS = 10
_web_address = URLValidator(["http", "https"])
_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")


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


def new_report(data: QueryDict, arguments: Mapping[str, str], key: str, by: ApiKey) -> NewReport:
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
    extra: dict[str, Any] = {
        name: arguments[name]
        for name in ("device_id", "account_id", "first_name", "last_name")
        if name in arguments
    }
    extra |= _answers(arguments["service_code"], data)
    extra |= {"links": found} if (found := links(data, arguments)) else {}
    extra["key"] = by.pk
    return NewReport(
        text=words(text),
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


def words(text: str) -> str:
    """Return a description without HTML and with one kind of line ends."""
    return _TAG.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def links(data: QueryDict, arguments: Mapping[str, str]) -> list[str]:
    """Return the addresses of pictures that lie elsewhere; 400 for what no browser should open."""
    said = [each.strip() for each in data.getlist("media_url") if each.strip()]
    found = list(dict.fromkeys(said or [arguments.get("media_url", "")]))
    if len(found) > MOST_LINKS:
        raise GeoReportError(
            400, _("media_url: не больше %(limit)s адресов") % {"limit": MOST_LINKS}
        )
    try:
        for each in filter(None, found):
            _web_address(each)
    except ValidationError:
        raise GeoReportError(
            400, _("media_url: нужен адрес, который начинается с http:// или https://")
        ) from None
    return [each for each in found if each]


def _answers(code: str, data: QueryDict) -> dict[str, Any]:
    """Return the answers to a fact's questions, and which of them hold no words of people."""
    kept: dict[str, Any] = {}
    plain, problems = [], []
    for question in questions().get(code, []):
        values = [each.strip() for each in _values(data, question.code) if each.strip()]
        if not question.variable:
            continue
        if not values:
            if question.required:
                problems.append(_("attribute[%(code)s]: нужен ответ") % {"code": question.code})
            continue
        try:
            kept[question.code] = answer_to(question.datatype, _keys(question), values)
        except WrongAnswerError as wrong:
            problems.append(f"attribute[{question.code}]: {_wrong(str(wrong), question)}")
        if question.datatype in {*LISTS, "number", "datetime"}:
            plain.append(question.code)
    if problems:
        raise GeoReportError(400, *problems)
    return {"answers": kept, "plain": [each for each in plain if each in kept]} if kept else {}


def _values(data: QueryDict, code: str) -> list[str]:
    names = (f"attribute[{code}]", f"attribute[{code}][]")
    return [str(value) for name in names for value in data.getlist(name)]


def _keys(question: Question) -> list[str]:
    return [each["key"] for each in question.choices]


def _wrong(how: str, question: Question) -> str:
    longest = LONG if question.datatype == "text" else LINE
    return {
        "choice": _("такого ответа нет, есть %(keys)s") % {"keys": ", ".join(_keys(question))},
        "one": _("нужен один ответ"),
        "number": _("нужно число"),
        "datetime": _("нужны дата и время с часовым поясом"),
        "long": _("длиннее %(limit)s знаков") % {"limit": longest},
    }[how]


@dataclass(frozen=True)
class Around:
    """A point and metres around it."""

    lat: float
    lon: float
    radius: float


def around(arguments: Mapping[str, str]) -> Around | None:
    """Read lat, long and radius: all three or none."""
    lat, lon = coordinate(arguments, "lat", 90), coordinate(arguments, "long", 180)
    if lat is None and lon is None and "radius" not in arguments:
        return None
    radius = _number(arguments.get("radius", ""))
    if lat is None or lon is None or radius is None or not 0 < radius <= FARTHEST:
        raise GeoReportError(
            400, _("lat, long и radius (метры, до %(most)s) указывают вместе") % {"most": FARTHEST}
        )
    return Around(lat, lon, radius)


def box(arguments: Mapping[str, str]) -> tuple[float, float, float, float] | None:
    """Read bbox: west, south, east, north."""
    if "bbox" not in arguments:
        return None
    sides = [_number(each) for each in listed(arguments["bbox"])]
    if len(sides) != 4 or None in sides:  # noqa: PLR2004  (four sides)
        raise GeoReportError(400, _("bbox: запад, юг, восток, север через запятую"))
    west, south, east, north = (float(each or 0) for each in sides)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004
        raise GeoReportError(400, _("bbox: запад, юг, восток, север через запятую"))
    return west, south, east, north


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def page(arguments: Mapping[str, str]) -> slice:
    """Read page and page_size."""
    try:
        size = min(MOST, int(arguments.get("page_size", MOST)))
        number = int(arguments.get("page", 1))
    except ValueError:
        raise GeoReportError(400, _("page и page_size: целые числа")) from None
    if number < 1 or size < 1 or number > 10**6:
        raise GeoReportError(400, _("page и page_size начинаются с 1"))
    return slice((number - 1) * size, number * size)


def listed(text: str) -> Sequence[str]:
    """Return the parts of a comma list."""
    return [part.strip() for part in text.split(",") if part.strip()]
