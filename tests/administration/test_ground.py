"""The region edited by its administrator, through the pages of the administration."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.urls import reverse

from otklik.demo import accounts
from otklik.flow.intake.models import Report
from otklik.flow.triage.queries import bodies_for
from otklik.ground.organisations.models import Calendar, Organisation, Schedule
from otklik.ground.territories.queries import territories
from otklik.ground.topics.models import DeadlinePolicy, Directory, RoutingRule, Topic
from otklik.ground.topics.queries import fact, label
from tests.cast import POTHOLE, anna_writes, opened_case

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpResponse
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


@pytest.fixture
def irina(client: Client) -> Client:
    """Sign the region's administrator in."""
    client.force_login(accounts.person(accounts.ADMINISTRATOR))
    return client


def page_of(row: Model) -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def typed(page: str) -> dict[str, Any]:
    """Return what the form on a page would send as it stands."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf' {key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and not ('type="checkbox"' in tag and " checked" not in tag):
            found[name[1]] = (value[1] if value else "on").replace("&quot;", '"')
    for name, body in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL
    ):
        found[name] = body.replace("&quot;", '"').replace("&#x27;", "'").replace("&lt;", "<")
    for name, body in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', body)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if not name.startswith("_")}


def edit(client: Client, row: Model, **changes: Any) -> HttpResponse:
    page = client.get(page_of(row)).content.decode()
    return client.post(page_of(row), {**typed(page), **changes})  # type: ignore[return-value]


def test_every_page_of_the_administration_opens(irina: Client) -> None:
    ours = [model for model in admin.site._registry if model.__module__.startswith("otklik")]
    assert len(ours) >= 14
    for model in ours:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        answer = irina.get(reverse(f"admin:{name}_changelist"))
        allowed = model._meta.model_name != "look"
        assert answer.status_code == (200 if allowed else 403), name


@pytest.mark.parametrize("actor", [accounts.CITIZEN, accounts.EXECUTOR, accounts.LEADER])
def test_others_do_not_get_in(client: Client, actor: accounts.Actor) -> None:
    client.force_login(accounts.person(actor))
    assert client.get("/admin/").status_code == 302
    topic = Topic.objects.get(code=POTHOLE)
    assert client.post(page_of(topic), {"title_ru": "x"}).status_code == 302
    topic.refresh_from_db()
    assert topic.title_ru != "x"


def test_an_edit_shows_at_once_is_kept_in_history_and_can_be_undone(irina: Client) -> None:
    row = Directory.objects.get(kind="statuses", code="answered")
    was = row.citizen_ru
    answer = edit(irina, row, citizen_ru="Ответ готов, оцените")
    assert answer.status_code == 302, answer.content.decode()
    assert label("statuses", "answered", "ru", citizen=True) == "Ответ готов, оцените"
    newest = row.history.first()
    assert newest.history_user == accounts.person(accounts.ADMINISTRATOR)
    history = irina.get(reverse("admin:topics_directory_history", args=[row.pk])).content.decode()
    assert "Ирина" in history
    edit(irina, row, citizen_ru=was)
    row.refresh_from_db()
    assert row.citizen_ru == was


def test_facts_that_wait_for_their_code_of_the_national_classifier_are_found(
    irina: Client,
) -> None:
    pothole = Topic.objects.get(code=POTHOLE)
    edit(irina, pothole, sstu="0003.0009.0097.0689")
    irina.get("/admin/")  # where the notice of the edit is shown
    address = reverse("admin:topics_topic_changelist")
    found = {
        code: irina.get(address, {"q": f"{code} .0000.0000.0000"}).content.decode()
        for code in (POTHOLE, "roads-sign-missing")
    }
    assert page_of(pothole) not in found[POTHOLE]
    sign = Topic.objects.get(code="roads-sign-missing")
    assert page_of(sign) in found["roads-sign-missing"]


def test_a_new_rule_changes_where_messages_go(irina: Client) -> None:
    topic = fact(POTHOLE)
    assert topic is not None
    place = next(iter(territories().values()))
    target = Organisation.objects.get(code="cur")
    url = reverse("admin:topics_routingrule_add")
    said = {"topic": topic.pk, "territory": place.pk, "owner": "", "organisation": target.pk,
            "pattern": "", "active": "on"}  # fmt: skip
    RoutingRule.objects.filter(topic=topic, territory=place).delete()
    assert irina.post(url, said).status_code == 302
    assert target in [each.organisation for each in bodies_for(topic, place)]
    where = irina.get(
        reverse("admin:topics_routingrule_where"), {"topic": topic.pk, "territory": place.pk}
    ).content.decode()
    assert "По правилу" in where


@pytest.mark.parametrize(
    ("model", "find", "change", "said"),
    [
        (Schedule, {"code": "gov"}, {"week": '{"1": [["18:00", "09:00"]]}'}, "Пример"),
        (Schedule, {"code": "gov"}, {"week": '{"9": []}'}, "Пример"),
        (DeadlinePolicy, {"code": "ORD-30"}, {"unit": "moons"}, "Одна из"),
        (DeadlinePolicy, {"code": "ORD-30"}, {"stages": '{"nap": {"amount": 1}}'}, "nap"),
        (Topic, {"code": POTHOLE}, {"policy": ""}, "порядок сроков"),
        (Organisation, {"code": "cur"}, {"valid_from": "2026-02-01", "valid_to": "2026-01-01"},
         "Конец раньше начала"),
    ],
)  # fmt: skip
def test_bad_input_says_what_is_wrong_and_changes_nothing(
    irina: Client, model: Any, find: dict[str, str], change: dict[str, str], said: str
) -> None:
    row = model.objects.get(**find)
    before = model.objects.filter(**find).values().get()
    answer = edit(irina, row, **change)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert model.objects.filter(**find).values().get() == before


def test_a_rule_cannot_lead_to_a_closed_body(irina: Client) -> None:
    closed = Organisation.objects.get(code="cur")
    Organisation.objects.filter(pk=closed.pk).update(valid_to="2026-01-01")
    url = reverse("admin:topics_routingrule_add")
    answer = irina.post(url, {"organisation": closed.pk, "active": "on", "owner": "x"})
    assert "уже закрыта" in answer.content.decode()


def test_a_year_of_holidays_is_filled_by_an_action(irina: Client) -> None:
    calendar = Calendar.objects.first()
    assert calendar is not None
    calendar.days.filter(date__year__gte=2026).delete()
    url = reverse("admin:organisations_calendar_changelist")
    asked = {"action": "fill_next_year", "_selected_action": [calendar.pk]}
    assert irina.post(url, asked).status_code == 302
    days = {day.date.isoformat(): day.kind for day in calendar.days.filter(date__year=2026)}
    assert days["2026-01-01"] == "off"
    assert days["2026-05-09"] == "off"


def test_cases_are_looked_at_without_words_or_names(irina: Client) -> None:
    case = opened_case(text="Секретные слова про яму", email="anna.secret@example.ru")
    page = irina.get(page_of(case)).content.decode()
    assert case.number in page
    assert "Секретные слова" not in page
    assert "anna.secret" not in page
    assert irina.post(page_of(case), {"status": "closed"}).status_code == 403


def test_messages_themselves_are_not_in_the_administration() -> None:
    anna_writes()
    assert Report not in admin.site._registry


def test_a_regime_that_the_law_forbids_is_refused_with_the_reason(irina: Client) -> None:
    row = Directory.objects.get(kind="legal_regimes", code="appeal_59fz")
    for wrong, reason in (
        ({"refusals": "rejection_reasons"}, "обращение нельзя отклонить"),
        ({"required": ["passport"]}, "неизвестно passport"),
        ({"number": "{serial}-{month}"}, "можно {serial}, {index} и {year}"),
        ({"settings": [1]}, "settings: нужно {…}"),
    ):
        answer = edit(irina, row, extra=json.dumps({**row.extra, **wrong}))
        assert answer.status_code == 200
        assert reason in unescape(answer.content.decode())
    row.refresh_from_db()
    assert row.extra["refusals"] == "legal_no_answer_grounds"
