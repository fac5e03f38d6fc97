"""Somebody asks to hear of a place, a topic or a message, is told at most daily, signs off."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import commands as cases
from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.email import outbound
from otklik.flow.privacy.commands import forget_person
from otklik.flow.problems.commands import Draft, open_problem
from otklik.ground.territories.queries import territories
from otklik.journal.following import catch_up
from otklik.journal.reading import head
from otklik.readers.notifications.watches import commands, jobs, queries
from otklik.readers.notifications.watches.models import NewsWatch
from tests.cast import VOLOGDA, boris, elena, opened_case, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
GUEST = "gostya@example.ru"
DAY = timedelta(days=1)
LAT, LON = VOLOGDA
AROUND = [[LON - 0.05, LAT - 0.05], [LON + 0.05, LAT - 0.05], [LON + 0.05, LAT + 0.05],
          [LON - 0.05, LAT + 0.05]]  # fmt: skip


def asked(client: Client, **typed: str) -> Any:
    return client.post("/watch/", {"email": GUEST, "radius": "1000", **typed})


def confirmed(client: Client) -> NewsWatch:
    """Press what the letter to a guest leads to."""
    mail.outbox.clear()
    made = NewsWatch.objects.latest("pk")
    jobs.invite(watch_id=made.pk)
    (letter,) = mail.outbox
    found = re.search(r"http://127.0.0.1:8000(/watch/\S+/)", str(letter.body))
    assert found is not None
    page = client.get(found[1]).content.decode()
    assert "Подтвердить" in page
    made.refresh_from_db()
    assert made.confirmed_at is None, "reading confirms nothing"
    client.post(found[1], {"confirm": "1"})
    made.refresh_from_db()
    return made


def told(days: int = 1) -> list[Any]:
    mail.outbox.clear()
    head()
    commands.tell_due(now=timezone.now() + days * DAY)
    return list(mail.outbox)


def shown(**more: Any) -> Case:
    return opened_case(now=timezone.now(), **more)


def outage(case: Case, **more: Any) -> None:
    assert case.topic is not None
    draft = Draft(title="Порыв на Мира", topic=case.topic, territory=case.territory,
                  kind="outage", **more)  # fmt: skip
    open_problem(draft, numbers=[case.number], by=elena(), now=timezone.now())


def test_a_guest_hears_of_a_municipality_once_a_day_and_signs_off(client: Client) -> None:
    answer = asked(client, place="territory", territory="vologda-city", topic="roads")
    assert GUEST in answer.content.decode()
    watch = confirmed(client)
    near = shown()
    far = shown(lat=59.12, lon=37.92)
    outage(near)
    (letter,) = told()
    assert letter.to == [GUEST]
    assert "Порыв на Мира" in letter.body
    assert f"/m/{near.spoken}/" in letter.body
    assert far.spoken not in letter.body
    assert near.report.text not in letter.body
    shown(lat=LAT + 0.01)
    assert not told(), "once a day"
    assert len(told(2)) == 1
    link = letter.extra_headers["List-Unsubscribe"][1:-1].removeprefix("http://127.0.0.1:8000")
    client.get(link)
    assert NewsWatch.objects.filter(pk=watch.pk).exists(), "reading ends nothing"
    client.post(link, {"List-Unsubscribe": "One-Click"})
    assert not NewsWatch.objects.exists()
    assert "окончена" in client.get(f"/watch/{watch.token}/").content.decode()


def test_an_area_is_drawn_or_told_by_an_address_and_lies_sealed(client: Client) -> None:
    asked(client, place="area", shape=json.dumps(AROUND))
    drawn = confirmed(client)
    asked(client, place="around", address="Вологда, улица Мира", radius="3000")
    around = confirmed(client)
    assert around.area["radius"] == 3000
    assert drawn.territory == around.territory == territories()["vologda-city"]
    lat, lon = around.area["lat"], around.area["lon"]
    inside = shown(lat=lat, lon=lon)
    shown(lat=lat + 0.3, lon=lon)
    (letter,) = told()
    assert letter.body.count(inside.spoken) == 2, "one letter for both"
    assert letter.subject.endswith(": 2")


def test_what_is_typed_wrong_stays_with_a_word(client: Client) -> None:
    for typed, words in (
        ({"place": "around", "address": "Ы-ы-ы"}, "Не нашли такого места"),
        ({"place": "area", "shape": "[[1,2]]"}, "Обведите место"),
        ({"place": "all"}, "выберите её"),
        ({"place": "territory", "territory": ""}, "Выберите муниципалитет"),
        ({"place": "all", "topic": "roads", "email": "gostya@"}, "Проверьте почту"),
    ):
        answer = asked(client, **typed)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert words in page
        assert f'value="{typed.get("email", GUEST)}"' in page
    assert not NewsWatch.objects.exists()


def test_a_person_follows_a_message_and_is_forgotten_with_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    boris_case, nina = shown(), accounts.person(accounts.NEIGHBOUR)
    browser = signed_in(nina)
    public = client.get(f"/m/{boris_case.spoken}/").content.decode()
    assert f"/watch/?case={boris_case.spoken}" in public
    head()
    browser.post("/watch/", {"case": boris_case.number})
    assert not told(), "nothing has changed"
    cases.start_case(boris_case.number, by=boris(), now=timezone.now())
    monkeypatch.setattr(queries, "MOST", 2)
    for each in [shown() for _ in range(3)]:  # a busy day of others hides nothing of it
        cases.start_case(each.number, by=boris(), now=timezone.now())
    (letter,) = told(2)
    assert letter.to == [nina.email]
    assert boris_case.spoken in letter.body
    page = browser.get("/watch/").content.decode()
    assert boris_case.spoken in page
    held = browser.get("/cabinet/data/download/?format=json").json()
    assert boris_case.spoken in held["watches"][0]["about"]
    forget_person(nina, by="system", now=timezone.now())
    catch_up(["watches"])
    assert not NewsWatch.objects.exists()


def test_a_dead_server_loses_no_news_and_a_dead_address_is_let_go(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(client, place="territory", territory="vologda-city")
    confirmed(client)
    case = shown()
    with monkeypatch.context() as patch:
        patch.setattr(outbound, "send", lambda *_: Sent(Outcome.RETRY, note="down"))
        assert not told()
    assert case.spoken in told(2)[0].body
    shown(lat=LAT + 0.01)
    monkeypatch.setattr(outbound, "send", lambda *_: Sent(Outcome.REFUSED, note="550"))
    told(3)
    assert not NewsWatch.objects.exists()
    asked(client, place="territory", territory="vologda-city")
    commands.drop_unconfirmed(now=timezone.now() + 4 * DAY)
    assert not NewsWatch.objects.exists(), "an address that nobody confirmed is forgotten"
