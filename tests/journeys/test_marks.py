"""The duty officer's word on the map: set with a reason for a time, seen by all, lifted."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otklik.journal import reading
from otklik.readers.heatmap.models import HeatMark
from otklik.readers.heatmap.tests.build import opened, tell
from tests.cast import boris, bound, elena, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
MARK, PLACE = "/monitor/mark/", "vologda-city"
REASON = "Авария на магистрали, ждём подтверждения"


def facts_after(position: int) -> list[Any]:
    reading.head()  # who looks, numbers
    return list(reading.after(position, 10))


def test_the_duty_officer_reddens_a_place_and_takes_it_back() -> None:
    tell(*opened(1, timezone.now()))
    duty = signed_in(elena())
    assert "Пометить красным" in duty.get("/monitor/").content.decode()
    page = duty.get(MARK, {"place": PLACE})
    assert page.status_code == 200
    head = reading.head()
    said = duty.post(MARK, {"place": PLACE, "reason": REASON, "hours": "6", "verb": "mark"})
    assert said.status_code == 302
    mark = HeatMark.objects.get()
    assert mark.until is not None
    assert 5.9 < (mark.until - timezone.now()).total_seconds() / 3600 <= 6
    (fact,) = facts_after(head)
    assert (fact.kind, fact.data["place"], fact.actor) == ("heat.marked", PLACE, elena().ref)
    assert REASON not in str(fact.data)  # words of people stay out of the journal
    why = duty.get("/api/heatmap/why", {"cell": PLACE}).json()
    assert [(each["reason"], each["note"]) for each in why["marks"]] == [("manual", REASON)]
    assert (why["band"], why["forced"]) == ("acute", "manual")
    (cell,) = duty.get("/api/heatmap", {"resolution": "territory"}).json()["cells"]
    assert (cell["cell"], cell["band"]) == (PLACE, "acute")
    assert REASON in duty.get(MARK, {"place": PLACE}).content.decode()
    assert "отмечено дежурным" in duty.get("/monitor/table/").content.decode()
    duty.post(MARK, {"place": PLACE, "verb": "unmark"})
    assert not HeatMark.objects.exists()
    assert facts_after(head)[-1].kind == "heat.unmarked"


@pytest.mark.parametrize(("reason", "said"), [("  ", "почему"), ("ы" * 301, "300 знаков")])
def test_a_refusal_says_why_and_keeps_what_was_typed(reason: str, said: str) -> None:
    duty = signed_in(elena())
    asked = {"place": PLACE, "reason": reason, "hours": "72", "verb": "mark"}
    page = duty.post(MARK, asked)
    text = page.content.decode()
    assert page.status_code == 422
    assert said in text
    assert reason in text
    assert '<option value="72" selected>' in text
    answer = duty.post(MARK, {**asked, "as": "json"})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert not HeatMark.objects.exists()


def test_only_those_with_the_power_and_only_where_it_reaches() -> None:
    asked = {"place": PLACE, "reason": REASON, "verb": "mark"}
    assert signed_in(None).post(MARK, asked).status_code == 404
    assert signed_in(boris()).post(MARK, asked).status_code == 403
    local = signed_in(bound("duty_officer", territory="cherepovets-city"))
    assert local.post(MARK, asked).status_code == 403
    assert local.post(MARK, {**asked, "place": "cherepovets-city"}).status_code == 302
    assert signed_in(elena()).post(MARK, {**asked, "place": "nowhere"}).status_code == 404
    assert [mark.place for mark in HeatMark.objects.all()] == ["cherepovets-city"]
