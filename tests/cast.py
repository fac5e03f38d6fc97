"""The people and the world of the tests, made by the verbs that make them in life.

Anna writes; Elena moderates; Boris of Vologda's city answers; Clara approves; Denis judges.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from otklik.demo import accounts
from otklik.flow.intake.commands import Receipt, receive
from otklik.flow.intake.rules import NewReport
from otklik.flow.triage.commands import decide
from otklik.ground.accounts.loading import load
from otklik.ground.kit.memo import forget
from otklik.ground.territories.models import Region

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, noon in Vologda
VOLOGDA = (59.2205, 39.8915)
POTHOLE = "roads-pothole"


def make_world() -> None:
    """Load the region's own files and settle the cast, unless that was done."""
    forget()
    if not Region.objects.filter(code=settings.REGION).exists():
        load(Path(settings.REGION_DATA), today=NOW.date())
    forget()
    accounts.settle(Region.objects.get(code=settings.REGION))


def anna_writes(text: str = "На улице Мира у дома 12 большая яма", **more: Any) -> Receipt:
    """Let Anna write about a pothole in Vologda; anything may be said otherwise."""
    now = more.pop("now", NOW)
    files = more.pop("files", ())
    author = more.pop("author", accounts.person(accounts.CITIZEN))
    values: dict[str, Any] = {
        "channel": "site",
        "idempotency_key": uuid.uuid4().hex,
        "topic": POTHOLE,
        "place": "pin",
        "lat": VOLOGDA[0],
        "lon": VOLOGDA[1],
        "contact": "email",
        "email": "anna@example.ru",
        "wants_public": True,
    }
    return receive(NewReport(text=text, **(values | more)), files=files, author=author, now=now)


def opened_case(**more: Any) -> Case:
    """Return a case that triage opened for a message of Anna's."""
    from otklik.flow.cases.queries import case_of_report  # noqa: PLC0415

    now = more.get("now", NOW)
    receipt = anna_writes(**more)
    decide(receipt.report_id, now=now + timedelta(seconds=1))
    found = case_of_report(receipt.number)
    assert found is not None
    return found


def elena() -> Official:
    """The moderator."""
    return accounts.official(accounts.MODERATOR)


def boris() -> Official:
    """The executor in the city of Vologda."""
    return accounts.official(accounts.EXECUTOR)


def clara() -> Official:
    """The approver in the city of Vologda."""
    return accounts.official(accounts.APPROVER)


def denis() -> Official:
    """The curator who judges disputes."""
    return accounts.official(accounts.SECOND_APPROVER)
