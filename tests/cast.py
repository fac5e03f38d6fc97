"""The people and the world of the tests, made by the verbs that make them in life.

Anna writes; Elena moderates; Boris of Vologda's city answers; Clara approves; Denis judges.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.test import Client

from otklik.demo import accounts
from otklik.flow.intake.commands import Receipt, receive
from otklik.flow.intake.rules import NewReport
from otklik.flow.triage.commands import decide
from otklik.ground.accounts.loading import load
from otklik.ground.accounts.models import Membership, Official, Person, Role
from otklik.ground.kit.memo import forget
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.models import Region
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from tests import kept

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, noon in Vologda
VOLOGDA = (59.2205, 39.8915)
POTHOLE = "roads-pothole"


def make_world() -> None:
    """See that the region and its cast are there: kept rows, or the region's own files."""
    forget()
    if not Region.objects.filter(code=settings.REGION).exists() and not kept.restore():
        load(Path(settings.REGION_DATA), today=NOW.date())
        forget()
        accounts.settle(Region.objects.get(code=settings.REGION))
    forget()


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


def galina() -> Official:
    """The hotline's operator."""
    return accounts.official(accounts.OPERATOR)


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


def vera() -> Official:
    """The analyst: sees all of the region, nobody's contact."""
    return accounts.official(accounts.ANALYST)


def olga() -> Official:
    """The registrar of appeals at the governor's reception."""
    return accounts.official(accounts.REGISTRAR)


def zakhar() -> Official:
    """The closed contour's officer."""
    return accounts.official(accounts.CONTOUR)


def signed_in(official: Official | Person | None) -> Client:
    """Return a browser in which somebody is signed in; an anonymous one for None."""
    client = Client()
    if official is not None:
        client.force_login(official.person if isinstance(official, Official) else official)
    return client


def answered(case: Case, text: str) -> None:
    """Let Boris answer and Clara approve against advice, both by the desk's pages."""
    form = {"text": text, "result": "explained"}
    anyway = {"overrule": "on", "overrule_reason": "О таком и отвечают коротко"}
    for official, verb, said in ((boris(), "submit", form), (clara(), "approve", anyway)):
        page = signed_in(official).post(f"/desk/c/{case.spoken}/{verb}/", said)
        assert page.status_code == 302, page.content.decode()


def close_file(answer: Any) -> None:
    """Close the file behind an answer, but not the test's database as `answer.close()` would."""
    for close in answer._resource_closers:
        close()


def bound(
    role: str,
    *,
    organisation: str = "",
    territory: str = "",
    topic: str = "",
    home: str = "cur",
    email: str = "",
) -> Official:
    """Return a new official with one role within bounds; empty bounds nothing."""
    region = Region.objects.get(code=settings.REGION)
    person = Person.objects.create_user(
        email or f"{uuid.uuid4().hex[:12]}@example.ru", None, region=region,
        first_name="Пётр", last_name="Скобелев",
    )  # fmt: skip
    made = Official.objects.create(
        region=region, person=person, organisation=organisations()[home], position="Проба"
    )
    Membership.objects.create(
        region=region, official=made,
        role=Role.objects.get(region=region, code=role),
        organisation=organisations()[organisation] if organisation else None,
        territory=territories()[territory] if territory else None,
        topic=topics().by_code[topic] if topic else None,
    )  # fmt: skip
    return Official.objects.select_related("person", "organisation", "region").get(pk=made.pk)
