"""Reading for the open sets, and the sets that were made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import CharField, Count, F, Q, Value
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear
from django.utils.timezone import localdate

from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import public_cases
from otklik.ground.territories.queries import region
from otklik.readers.opendata import rules

if TYPE_CHECKING:
    from datetime import date, datetime

DESCRIPTION = "datapackage.json"
COLUMNS = (
    "number", "received_at", "topic__category__code", "topic__code", "topic__title_ru",
    "territory__code", "organisation__code", "status", "result", "due", "answered_at", "supports",
    "lat", "lon",
)  # fmt: skip


def folder() -> Path:
    """Return where the sets lie."""
    return Path(settings.DATA) / "opendata"


def title() -> str:
    """Return what the sets are called."""
    return f"Сообщения жителей: {region().title_ru}"


def description() -> dict[str, Any] | None:
    """Return the description of the sets; None before the first night."""
    try:
        found: dict[str, Any] = json.loads((folder() / DESCRIPTION).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def file_of(name: str) -> Path | None:
    """Return a set's file by its name, or None."""
    said = description()
    known = {each["path"] for each in said["resources"]} | {DESCRIPTION} if said else set()
    return folder() / name if name in known else None


def message_rows() -> list[dict[str, Any]]:
    """Return the public messages as they are published: no words, no contact, no exact place."""
    found = list(public_cases().values(*COLUMNS).iterator(chunk_size=5000))
    points = rules.coarse([_point(each) for each in found])
    return [_row(each, point) for each, point in zip(found, points, strict=True)]


def _point(found: dict[str, Any]) -> tuple[float, float] | None:
    return None if found["lat"] is None or found["lon"] is None else (found["lat"], found["lon"])


def _row(found: dict[str, Any], point: tuple[float, float] | None) -> dict[str, Any]:
    answered, due = found["answered_at"], found["due"]
    return {
        "number": found["number"], "received_on": _day(found["received_at"]),
        "category": found["topic__category__code"], "topic": found["topic__code"],
        "topic_title": found["topic__title_ru"], "territory": found["territory__code"],
        "organisation": found["organisation__code"], "status": found["status"],
        "result": found["result"] or None, "due_on": _day(due), "answered_on": _day(answered),
        "late": bool(answered > due) if answered and due else None,
        "supports": found["supports"],
        "lat": point[0] if point else None, "lon": point[1] if point else None,
    }  # fmt: skip


def _day(moment: datetime | None) -> date | None:
    return localdate(moment) if moment else None


def count_rows() -> list[dict[str, Any]]:
    """Return how many messages came, were answered and answered late, private ones too."""
    none = Value("", output_field=CharField())
    counted = (
        Case.objects.filter(region=region(), closed_contour=False)
        .order_by()
        .annotate(
            year=ExtractYear("received_at"), month_=ExtractMonth("received_at"),
            place=Coalesce("territory__code", none),
            about=Coalesce("topic__category__code", none),
        )
        .values("year", "month_", "place", "about")
        .annotate(
            all=Count("pk"), with_answer=Count("pk", filter=Q(answered_at__isnull=False)),
            in_late=Count("pk", filter=Q(answered_at__gt=F("due"))),
        )
        .order_by("year", "month_", "place", "about")
    )  # fmt: skip
    return [
        {
            "month": f"{each['year']}-{each['month_']:02}", "territory": each["place"],
            "category": each["about"], "received": each["all"],
            "answered": each["with_answer"], "late": each["in_late"],
        }
        for each in counted
    ]  # fmt: skip
