"""A person's own programs follow an area and a topic: Atom and a calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from defusedxml.ElementTree import fromstring
from icalendar import Calendar

from otklik.flow.cases.models import Case
from otklik.flow.problems.models import Problem
from otklik.ground.topics.queries import topics
from tests.cast import NOW, POTHOLE, boris, opened_case

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_list_leads_to_a_feed_of_the_same_filters_without_personal_data(
    client: Client,
) -> None:
    case = opened_case(text="Яма у дома, звоните +7 921 123-45-67")
    opened_case(topic="lighting-lamp-off")
    opened_case(wants_public=False)
    page = client.get("/messages/?topic=roads").content.decode()
    assert 'href="/messages.atom?topic=roads"' in page
    answer = client.get("/messages.atom?topic=roads")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = fromstring(answer.content)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert [each.get("href") for each in entry.findall(f"{ATOM}link")] == [
        f"http://testserver/m/{case.spoken}/"
    ]
    assert "123-45-67" not in answer.content.decode()
    assert fromstring(client.get("/messages.atom?territory=nowhere").content).findall(
        f"{ATOM}entry"
    ) == []  # fmt: skip


def test_planned_works_and_promised_days_are_a_calendar(client: Client) -> None:
    case = opened_case()
    Case.objects.filter(pk=case.pk).update(status="interim", control_at=NOW + timedelta(days=5))
    Problem.objects.create(
        region_id="vologda", kind="planned", title="Замена труб на улице Мира", opened_at=NOW,
        topic=topics().by_code[POTHOLE], territory=case.territory, opened_by=boris(),
        starts_at=NOW + timedelta(days=1), expected_at=NOW + timedelta(days=2),
    )  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        answer = client.get("/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found: Any = Calendar.from_ical(answer.content)
    works, promise = found.walk("VEVENT")
    assert "Замена труб" in works["summary"]
    assert works["dtstart"].dt == NOW + timedelta(days=1)
    assert works["dtend"].dt == NOW + timedelta(days=2)
    assert promise["dtstart"].dt == date(2026, 11, 29)
    assert promise["url"].endswith(f"/m/{case.spoken}/")
    with time_machine.travel(NOW, tick=False):
        elsewhere = client.get("/calendar.ics?territory=cherepovets-city").content
    assert Calendar.from_ical(elsewhere).walk("VEVENT") == []
