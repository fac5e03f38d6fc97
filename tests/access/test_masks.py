"""Personal data are masked, opened for a stated reason, on record, and told to the author."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import commands
from otklik.flow.cases.queries import sight_on, sights_on
from otklik.flow.intake.models import Attachment
from otklik.flow.rating.commands import rate_answer
from otklik.ground.accounts.events import WHAT
from otklik.ground.accounts.models import Look
from otklik.journal.reading import about
from tests.cast import bound, clara, close_file, opened_case, signed_in, vera

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PHONE = "+79215550199"
TEXT = "Яма на улице Мира. Соседка Нина Белова сломала ногу, её телефон +7 921 555-01-77"
SECRETS = (PHONE, "555-01-99", "921 555-01-77", "Белова", "Соколова", "дом 12", "кв 5")


@pytest.fixture
def case(world: None) -> Case:
    note = SimpleUploadedFile("Соколова.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    return opened_case(
        text=TEXT, contact="phone", phone=PHONE, email="", place="address", lat=None, lon=None,
        address="Вологда, улица Мира, дом 12, кв 5", files=[note],
    )  # fmt: skip


def whole_page(client: object, case: Case) -> str:
    page = client.get(f"/desk/c/{case.spoken}/")  # type: ignore[attr-defined]
    assert page.status_code == 200
    text: str = page.content.decode()
    return text


def test_journey_e_an_analyst_never_sees_a_phone_without_a_logged_reason(case: Case) -> None:
    client = signed_in(vera())
    for address in (
        f"/desk/c/{case.spoken}/", "/desk/?status=", "/desk/points.geojson?status=", "/monitor/",
        "/api/heatmap/why?cell=vologda-city", "/monitor/table/",
    ):  # fmt: skip
        page = client.get(address)
        assert page.status_code == 200
        assert not [each for each in SECRETS if each in page.content.decode()], address
    shown = whole_page(client, case)
    assert "+7 ••• ••-99" in shown
    assert "А. С." in shown
    assert "улица Мира" in shown
    token = Attachment.objects.get(report=case.report).token
    assert client.get(f"/files/{token}/original").status_code == 404
    assert not Look.objects.exists()

    refused = client.post(f"/desk/c/{case.spoken}/contact/", {"code": "", "reason": "надо"})
    assert refused.status_code == 422
    assert PHONE not in refused.content.decode()
    assert 'value="надо"' in refused.content.decode()
    wordless = client.post(f"/desk/c/{case.spoken}/contact/", {"code": "other", "reason": " "})
    assert wordless.status_code == 422
    assert not Look.objects.exists()

    opened = client.post(
        f"/desk/c/{case.spoken}/contact/", {"code": "call_author", "reason": "Уточнить дом"}
    )
    assert opened.status_code == 302
    look = Look.objects.get(what="contact")
    assert (look.official, look.code, look.reason, look.role) == (
        vera(), "call_author", "Уточнить дом", "analyst",
    )  # fmt: skip
    assert "person.data_seen" in [entry.kind for entry in about(case.ref)]
    shown = whole_page(client, case)
    assert PHONE in shown
    assert "Белова" in shown
    assert "дом 12" in shown
    original = client.get(f"/files/{token}/original")
    assert original.status_code == 200
    close_file(original)
    assert Look.objects.filter(what="file").count() == 1


def test_what_was_opened_closes_again_and_opens_nothing_else(case: Case) -> None:
    client = signed_in(vera())
    client.post(f"/desk/c/{case.spoken}/contact/", {"code": "call_author"})
    assert PHONE in whole_page(client, case)
    other = opened_case(contact="phone", phone="+79215550133", email="")
    assert "+79215550133" not in whole_page(client, other)
    assert PHONE not in whole_page(signed_in(bound("analyst")), case)
    Look.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert PHONE not in whole_page(client, case)


def test_many_are_masked_by_one_question_each_as_alone(
    case: Case, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    official, now = vera(), timezone.now()
    signed_in(official).post(f"/desk/c/{case.spoken}/contact/", {"code": "call_author"})
    cases = [case, *(opened_case() for _ in range(3))]
    alone = {each.pk: sight_on(official, each, now) for each in cases}
    with django_assert_num_queries(1):
        assert sights_on(official, cases, now) == alone
    assert [alone[each.pk].contact for each in cases] == [True, False, False, False]


def test_a_contractor_sees_the_street_an_executor_the_house_neither_the_flat(case: Case) -> None:
    body = "adm-vologda-city"
    street = whole_page(signed_in(bound("contractor", organisation=body, home=body)), case)
    assert "улица Мира" in street
    assert "дом 12" not in street
    house = whole_page(signed_in(bound("executor", organisation=body, home=body)), case)
    assert "дом 12" in house
    assert "кв 5" not in house
    assert PHONE not in house


def test_points_are_coarse_for_those_who_may_not_see_the_place() -> None:
    pinned = opened_case(lat=59.220512, lon=39.891523)
    for role, expected in (("analyst", [39.892, 59.221]), ("coordinator", [39.891523, 59.220512])):
        client = signed_in(bound(role))
        features = client.get("/desk/points.geojson?status=").json()["features"]
        assert [each["geometry"]["coordinates"] for each in features] == [expected]
        page = whole_page(client, pinned)
        assert ("59.220512" in page) == (role == "coordinator")


def test_those_who_may_see_still_leave_a_record_of_each_look(case: Case) -> None:
    client = signed_in(clara())
    page = whole_page(client, case)
    assert "Белова" in page
    assert PHONE not in page
    assert [look.what for look in Look.objects.all()] == ["text"]
    whole_page(client, case)
    assert Look.objects.count() == 1, "the same look within half an hour"
    client.post(f"/desk/c/{case.spoken}/contact/")
    assert PHONE in whole_page(client, case)
    assert set(Look.objects.values_list("what", flat=True)) == {"text", "contact"}
    assert {look.role for look in Look.objects.all()} <= {"approver", "head"}
    page = whole_page(client, case)
    assert "Просмотрены личные данные: имя и контакт" in page
    assert {code for code, _ in Look.What.choices} == set(WHAT)
    assert all(WHAT[what]["ru"] == str(title) for what, title in Look.What.choices)


def test_one_who_may_neither_see_nor_ask_is_refused(case: Case) -> None:
    client = signed_in(accounts.official(accounts.LEADER))
    assert "Показать имя и контакт" not in whole_page(client, case)
    page = client.post(f"/desk/c/{case.spoken}/contact/", {"code": "call_author"})
    assert page.status_code == 403
    assert not Look.objects.exists()


def test_a_masked_searcher_cannot_find_out_a_phone_by_searching(case: Case) -> None:
    row = f"/desk/c/{case.spoken}/"
    analyst, approver = signed_in(vera()), signed_in(clara())
    for query in ("921 555-01-77", "555-01"):
        assert row not in analyst.get("/desk/", {"q": query, "status": ""}).content.decode()
    assert row in approver.get("/desk/", {"q": "921 555-01-77", "status": ""}).content.decode()
    assert row in analyst.get("/desk/", {"q": "Яма", "status": ""}).content.decode()


def test_the_authors_later_words_are_masked_too(case: Case) -> None:
    from tests.cast import NOW, boris  # noqa: PLC0415

    hour = timedelta(hours=1)
    commands.start_case(case.number, by=boris(), now=NOW + hour)
    commands.submit_answer(
        case.number, text="Уважаемая Анна Соколова, яму заделали сегодня утром", by=boris(),
        result="explained", now=NOW + hour,
    )  # fmt: skip
    commands.approve_answer(case.number, by=clara(), now=NOW + 2 * hour)
    rate_answer(
        case.number, answer_score=1, result_score=1, comment="Звоните 8 921 555-01-77",
        dispute=True, now=NOW + 3 * hour,
    )  # fmt: skip
    page = whole_page(signed_in(vera()), case)
    assert "Звоните" in page
    assert not [each for each in SECRETS if each in page]


def test_the_author_sees_who_looked_by_body_and_role_never_by_name(case: Case) -> None:
    official = vera()
    client = signed_in(official)
    client.post(f"/desk/c/{case.spoken}/contact/", {"code": "call_author", "reason": "Секрет"})
    author = signed_in(accounts.person(accounts.CITIZEN))
    page = author.get(f"/m/{case.spoken}/").content.decode()
    assert "Кто смотрел ваши данные" in page
    assert "ЦУР, аналитик цур" in page
    assert "уточнить у автора" in page
    for hidden in (official.person.last_name, official.person.email, "Секрет"):
        assert hidden not in page
    public = signed_in(None).get(f"/m/{case.spoken}/").content.decode()
    assert "Кто смотрел" not in public


def test_how_long_a_look_lasts_is_the_administrators_to_say(case: Case) -> None:
    region = case.region
    region.settings = {**region.settings, "personal": {"reveal_minutes": 5, "slip": 1}}
    region.save()
    from otklik.ground.kit.memo import forget  # noqa: PLC0415

    forget()
    signed_in(vera()).post(f"/desk/c/{case.spoken}/contact/", {"code": "call_author"})
    look = Look.objects.get(what="contact")
    assert look.until is not None
    assert look.until - look.at == timedelta(minutes=5)
