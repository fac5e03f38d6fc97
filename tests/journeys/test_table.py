"""The map's equal table: narrowed by all that the map is narrowed by, with no script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from otklik.readers.heatmap.tests.build import CITY, HEAT, OTHER, cell, opened, received, tell
from tests.cast import elena, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


def day(ago: int) -> str:
    """Return a day of the past, as a form sends it."""
    return f"{timezone.localdate() - timedelta(days=ago)}"


def rows(asked: dict[str, str]) -> dict[str, int]:
    """Return what the table says: how many messages, by place."""
    page = signed_in(elena()).get("/monitor/table/", asked).content.decode()
    found = re.findall(
        r'<th scope="row">(.*?)</th><td>.*?</td><td>.*?</td><td>(?:<a [^>]*>)?(\d+)<', page
    )
    for name, value in asked.items():
        named = name == "days" and "to" in asked  # named days stand before a period
        if f'<option value="{value}"' in page and not named:
            assert f'<option value="{value}" selected>' in page, "the choice stays chosen"
    return {place: int(count) for place, count in found}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"Вологда": 3, "Череповец": 1}),
        ({"topic": "heat-and-water"}, {"Череповец": 1}),
        ({"channel": "hotline"}, {"Вологда": 1}),
        ({"status": "overdue"}, {"Вологда": 1}),
        ({"days": "1"}, {"Вологда": 2, "Череповец": 1}),
        ({"days": "30"}, {"Вологда": 4, "Череповец": 1}),
        ({"days": "1", "channel": "hotline", "status": "open", "topic": "roads"}, {"Вологда": 1}),
        ({"topic": "heat"}, {"Череповец": 1}),
        ({"topic": "roads-pothole"}, {"Вологда": 3, "Череповец": 1}),
        ({"territory": OTHER}, {"Череповец": 1}),
        ({"status": "answered"}, {}),
        ({"from": day(21), "to": day(19)}, {"Вологда": 1}),
        ({"from": day(21), "to": day(1)}, {"Вологда": 2}),
        ({"days": "1", "to": day(19)}, {"Вологда": 1}),
        ({"from": "yesterday", "territory": "atlantis"}, {"Вологда": 3, "Череповец": 1}),
        ({"days": "7000", "channel": "pigeon", "status": "lost", "topic": "no"},
         {"Вологда": 3, "Череповец": 1}),
    ],
)  # fmt: skip
def test_the_table_is_narrowed_as_the_map_is(
    asked: dict[str, str], expected: dict[str, int]
) -> None:
    now = timezone.localtime().replace(hour=12)  # three hours ago is the same day, at any hour
    tell(*opened(1, now - timedelta(hours=1)))
    _, taken = opened(2, now - timedelta(hours=2))
    tell(
        received(2, now - timedelta(hours=2), territory=CITY, cell=cell(), channel="hotline"), taken
    )
    tell(*opened(3, now - timedelta(days=3), due=now - timedelta(days=1)))
    tell(*opened(4, now - timedelta(days=20)))
    tell(*opened(5, now - timedelta(hours=3), topic=HEAT, territory=OTHER))
    with time_machine.travel(now, tick=False):
        assert rows(asked) == expected


def test_the_map_begins_with_what_its_address_asks_and_the_table_leads_back_to_it() -> None:
    asked = {"topic": "heat", "territory": OTHER, "status": "solved", "from": day(9), "to": day(2)}
    page = signed_in(elena()).get("/monitor/", asked).content.decode()
    for name, value in asked.items():
        chosen = f'<option value="{value}" selected>', f'name="{name}" value="{value}"'
        assert any(each in page for each in chosen), name
    page = signed_in(elena()).get("/monitor/table/", asked).content.decode()
    assert f'href="/monitor/?topic=heat&amp;territory={OTHER}&amp;status=solved' in page
