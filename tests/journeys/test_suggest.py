"""What is suggested while a message is being written, through the doors that people use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.triage.queries import thoughts_on
from tests.cast import NOW, VOLOGDA, opened_case

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
UNSURE = "ну и что это такое вообще, сколько можно"


def asked(client: Client, status: int = 200, **given: Any) -> dict[str, Any]:
    answer = client.post("/api/suggest", json.dumps(given), content_type="application/json")
    assert answer.status_code == status, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def test_a_text_and_a_pin_lead_to_facts_territory_and_bodies(client: Client) -> None:
    found = asked(
        client, text="Большая яма на проезжей части, пробил колесо", lat=VOLOGDA[0], lon=VOLOGDA[1]
    )
    first = found["facts"][0]
    assert first["fact"] == "roads-pothole"
    assert first["category"] == "roads"
    assert 1 <= len(found["facts"]) <= 3
    assert 0 <= first["score"] <= 1
    assert [each["score"] for each in found["facts"]] == sorted(
        (each["score"] for each in found["facts"]), reverse=True
    )
    assert first["reasons"][0]["ru"].startswith("слова: ")
    assert "колесо" in first["reasons"][0]["ru"]
    assert all(reason["en"] for reason in first["reasons"])
    assert found["territory"]["code"] == "vologda-city"
    assert 1 <= len(found["bodies"]) <= 3


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("ЯМА НА ДОРОГЕ, ПРОЕЗЖАЯ ЧАСТЬ РАЗБИТА", "roads-pothole"),
        ("большая яма на праезжей чясти", "roads-pothole"),
        ("bolshaya yama na proezzhey chasti dorogi", "roads-pothole"),
        (",jkmifz zvf yf ghjtp;tq xfcnb", "roads-pothole"),
        ("pothole on the road", "roads-pothole"),
        ("яма на дороге", "roads-pothole"),
        ("Здравствуйте. " * 300 + "Яма на проезжей части, асфальт. " + "Спасибо! " * 500,
         "roads-pothole"),
    ],
    ids=["capitals", "slips", "sounds", "layout", "english", "short", "long"],
)  # fmt: skip
def test_it_reads_what_people_type(client: Client, text: str, fact: str) -> None:
    assert fact in [each["fact"] for each in asked(client, text=text[:10_000])["facts"]]


@pytest.mark.parametrize("text", ["", "   ", "1", "👍", "а", "\u0000", "?" * 10_000])
def test_nothing_to_say_is_no_error(client: Client, text: str) -> None:
    found = asked(client, text=text)
    assert found["facts"] == []
    assert not found["certain"]


@pytest.mark.parametrize(
    "given",
    [
        {}, {"text": None}, {"text": "а" * 10_001}, {"text": "яма", "lat": 95, "lon": 0},
        {"text": "яма", "lat": "north"}, {"text": ["яма"]},
    ],
)  # fmt: skip
def test_a_wrong_question_is_answered_with_what_is_wrong(
    client: Client, given: dict[str, Any]
) -> None:
    assert asked(client, 422, **given)["detail"]


def test_a_point_outside_the_region_has_no_territory(client: Client) -> None:
    assert asked(client, text="яма на дороге", lat=55.75, lon=37.6)["territory"] is None


def test_an_address_gives_the_territory(client: Client) -> None:
    found = asked(client, text="яма на дороге", address="Череповец, проспект Победы")
    assert found["territory"]["code"] == "cherepovets-city"


def test_an_open_public_case_nearby_is_offered(client: Client) -> None:
    case = opened_case(text="Большая яма на проезжей части у дома 12", now=timezone.now())
    lat, lon = VOLOGDA
    found = asked(client, text="яма на проезжей части, дом 12", lat=lat + 0.0003, lon=lon)
    (twin,) = found["twins"]
    assert twin["url"] == f"/m/{case.spoken}/"
    assert twin["distance"] < 50
    assert asked(client, text="яма на проезжей части", lat=60.0, lon=40.2)["twins"] == []


def test_a_hidden_case_is_not_offered(client: Client) -> None:
    opened_case(
        text="Большая яма на проезжей части у дома 12", now=timezone.now(), wants_public=False
    )
    found = asked(client, text="яма на проезжей части", lat=VOLOGDA[0], lon=VOLOGDA[1])
    assert found["twins"] == []


def test_an_unsure_message_is_in_the_moderator_s_queue_with_what_was_thought(
    client: Client,
) -> None:
    case = opened_case(topic="", text=UNSURE)
    client.force_login(accounts.person(accounts.MODERATOR))
    queue = client.get(reverse("desk:queue"), {"status": "submitted"})
    assert case.spoken in queue.content.decode()
    page = client.get(reverse("desk:case", args=[case.number])).content.decode()
    assert "решает модератор" in page


def test_a_moderator_reads_what_was_proposed_and_why(client: Client) -> None:
    text = "Не знаю, куда писать: лёд, вода и грязь у подъезда"
    case = opened_case(topic="", text=text)
    client.force_login(accounts.person(accounts.MODERATOR))
    page = client.get(reverse("desk:case", args=[case.number])).content.decode()
    (thought,) = thoughts_on(case)
    assert len(thought.proposed) == 3
    for each in thought.proposed:
        assert f"{each.topic}, {each.percent} %" in page
        assert each.reasons[0]["ru"] in page


def test_an_author_s_choice_that_the_text_contradicts_is_looked_at_by_a_moderator() -> None:
    from otklik.flow.triage.commands import train  # noqa: PLC0415
    from otklik.ground.kit.memo import forget  # noqa: PLC0415

    train(now=NOW)
    forget()
    text = "Не вывозят мусор, контейнеры переполнены, мусор лежит вокруг площадки"
    assert opened_case(topic="roads-pothole", text=text).status == "submitted"
    assert opened_case(topic="roads-pothole", text="Яма на проезжей части").status == "assigned"


def test_an_obscene_message_is_looked_at_by_a_moderator() -> None:
    case = opened_case(text="Яма на дороге, вы там охуели все, сделайте дорогу")
    assert case.status == "submitted"
    assert not case.public
