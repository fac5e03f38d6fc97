"""Facts for the map's tests, told to the journal as commands tell them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import h3
from django.conf import settings

from otklik.flow.cases.events import CaseOpened
from otklik.flow.intake.events import ReportReceived
from otklik.journal.writing import command, record
from tests.cast import NOW

if TYPE_CHECKING:
    from otklik.journal.facts import Fact

HEAT, POTHOLE = "heat-none", "roads-pothole"
CITY, OTHER = "vologda-city", "cherepovets-city"


@command
def tell(*facts: Fact) -> None:
    """Record facts in one command."""
    for fact in facts:
        record(fact)


def base(report: int, at: datetime, subject: str = "case") -> dict[str, Any]:
    """Return what every fact says."""
    return {
        "subject": f"{subject}:{report * 37 % 10**8:08d}",
        "actor": "system",
        "region": settings.REGION,
        "at": at,
    }


def received(report: int, at: datetime = NOW, **more: Any) -> ReportReceived:
    """Return the fact that a message came."""
    values: dict[str, Any] = {"channel": "site", "place": "pin", **more}
    return ReportReceived(**base(report, at, "report"), report=report, **values)


def cell(lat: float = 59.22, lon: float = 39.89) -> int:
    """Return the finest cell of a point, in the middle of Vologda."""
    return int(h3.str_to_int(h3.latlng_to_cell(lat, lon, 9)))


def opened(report: int, at: datetime = NOW, **more: Any) -> list[Fact]:
    """Return the facts of a message that was taken to work."""
    place = more.pop("cell", cell())
    territory = more.pop("territory", CITY)
    values: dict[str, Any] = {
        "topic": POTHOLE, "status": "assigned", "severity": 3, "due": at + timedelta(days=8),
        **more,
    }  # fmt: skip
    return [
        received(report, at, territory=territory, cell=place),
        CaseOpened(**base(report, at), report=report, territory=territory, **values),
    ]
