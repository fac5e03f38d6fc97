"""Surveys of groups and of guests: quotas under a lock, one answer a browser, places and files."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from otklik.flow.answers.tests.photos import jpeg, scene, upload
from otklik.flow.intake.files import stored
from otklik.flow.privacy.commands import forget_person
from otklik.flow.privacy.jobs import drop_files, drop_unused
from otklik.ground.territories.queries import region
from otklik.journal.following import catch_up
from otklik.participation.ballots.tests.helpers import citizen
from otklik.participation.surveys import commands, queries
from otklik.participation.surveys.models import AnswerFile, Response, Survey, SurveyQuota
from otklik.participation.surveys.rules import Asked, Group
from tests.cast import bound, signed_in

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Person

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)
YES = Asked("", "single", 1, "Нужен каток?", required=True, options=("Да", "Нет"))
WHERE = (Asked("", "point", 1, "Где?", required=True), Asked("", "file", 1, "Снимок места"))


def running(*asked: Asked, guests: bool = False, quota: Group | None = None) -> Survey:
    now, by = timezone.now(), bound("vote_organiser", organisation="cur")
    draft = commands.Draft("Каток во дворе", now - DAY, now + DAY, guests=guests)
    made = commands.draft_survey(draft, by=by, now=now - 2 * DAY)
    for one in asked or (YES,):
        commands.ask(made.pk, one, by=by, now=now - 2 * DAY)
    if quota:
        commands.limit_group(made.pk, quota, 1, by=by, now=now - 2 * DAY)
    return commands.announce_survey(made.pk, by=by, now=now - 2 * DAY)


def page(client: Client, path: str, **more: Any) -> str:
    answer = client.get(path, **more)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def answered(browser: Client, survey: Survey, said: dict[str, Any], **more: Any) -> None:
    root = f"/surveys/{survey.slug}/"
    kept = browser.post(f"{root}answer/1/", said)
    assert kept["Location"] == f"{root}review/", kept.content.decode()
    browser.post(f"{root}send/", **more)


def test_guests_answer_once_a_browser_and_the_page_says_what_that_is_worth() -> None:
    survey, first, second = running(guests=True), Client(), Client()
    root = f"/surveys/{survey.slug}/"
    assert "опрос без проверки личности" in page(first, root)
    assert "один ответ с одного браузера" in page(first, root)
    page(first, f"{root}answer/1/")
    answered(first, survey, {"q1": "o1"})
    answered(first, survey, {"q1": "o2"})
    answered(second, survey, {"q1": "o2"})
    answered(signed_in(citizen()), survey, {"q1": "o1"})
    assert "Ваш ответ принят" in page(first, root)
    assert queries.came(survey) | {"total": 3, "anonymous": 3} == queries.came(survey)
    assert [row["count"] for row in queries.results(survey, at_end(survey))[0]["rows"]] == [1, 2]
    guest = Response.objects.exclude(guest=None).first()
    assert guest is not None
    assert guest.guest
    assert first.cookies[f"survey-{survey.pk}"].value not in guest.guest, "only its print is kept"
    assert Client().get(f"/surveys/{running().slug}/answer/1/").status_code == 302, "others sign in"


def at_end(survey: Survey) -> datetime:
    return survey.phase.closes_at + DAY


def test_many_guests_of_one_network_are_held_counted_openly_and_let_in_after_a_look() -> None:
    place = region()
    place.settings["surveys"] = {"guests_a_day": 1}
    place.save()
    survey = running(guests=True)
    for address in ("203.0.113.7", "203.0.113.9", "198.51.100.4"):
        answered(Client(), survey, {"q1": "o1"}, REMOTE_ADDR=address)
    root = f"/surveys/{survey.slug}/"
    assert "Отложено до проверки: 1" in page(Client(), root)
    assert queries.came(survey)["total"] == 2
    counts = list(survey.guest_counts.values_list("prefix", "sent"))
    assert sorted(sent for _prefix, sent in counts) == [1, 2]
    assert not [prefix for prefix, _sent in counts if "203" in prefix and "." in prefix]
    desk = signed_in(survey.made_by)
    assert "учесть отложенные" in page(desk, f"/desk/surveys/{survey.pk}/")
    desk.post(f"/desk/surveys/{survey.pk}/count/")
    assert (queries.came(survey)["total"], queries.came(survey)["held"]) == (3, 0)


def test_a_full_quota_says_so_and_keeps_what_is_over_it_apart() -> None:
    survey = running(quota=Group(territory="vologda-city"))
    root = f"/surveys/{survey.slug}/"
    early, late, other = citizen(), citizen(), citizen("cherepovets-city")
    answered(signed_in(early), survey, {"q1": "o1"})
    assert "Квота вашей группы набрана" in page(signed_in(late), root)
    assert "Квота вашей группы набрана" not in page(signed_in(other), root)
    answered(signed_in(late), survey, {"q1": "o2"})
    answered(signed_in(other), survey, {"q1": "o1"})
    answered(signed_in(early), survey, {"q1": "o1"})  # anew: the place is theirs
    assert "сверх квоты" in page(signed_in(late), root)
    came = queries.came(survey)
    assert (came["total"], came["over"]) == (2, 1)
    assert [row["count"] for row in queries.results(survey, at_end(survey))[0]["rows"]] == [2, 0]
    assert "site,none,over,Нет" in [",".join(line) for line in queries.table(survey)]
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        SurveyQuota.objects.update(most=9)


@pytest.mark.django_db(transaction=True)
def test_two_connections_at_once_for_the_last_place_of_a_quota_take_one() -> None:
    survey = running(quota=Group(territory="vologda-city"))
    people, gate = [citizen(), citizen()], Barrier(2)
    for each in people:
        commands.save_page(survey.pk, 1, {"q1": "o1"}, person=each, now=timezone.now())

    def press(person: Person) -> None:
        try:
            gate.wait(timeout=30)
            commands.send(survey.pk, person=person, now=timezone.now())
        finally:
            connection.close()

    threads = [Thread(target=press, args=(each,)) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    came = queries.came(survey)
    assert (came["total"], came["over"]) == (1, 1)
    assert queries.quotas(survey)[0]["taken"] == 1


def test_an_organiser_sets_quotas_and_guests_exclude_them() -> None:
    desk, now = signed_in(bound("vote_organiser", organisation="cur")), timezone.localtime()
    said = {
        "title": "Двор у школы", "min_age": "0", "min_level": "none", "guests": "on",
        "opens_at": (now + DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (now + 9 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    path = desk.post("/desk/surveys/new/", said)["Location"]
    desk.post(path, {"kind": "point", "text": "Где?", "page": "1"})
    desk.post(f"{path}limit/", {"place": "vologda-city", "band": "18-24", "sex": "f", "most": "30"})
    desk.post(f"{path}limit/", {"band": "18-24", "most": ""})
    shown = page(desk, path)
    assert "18–24 года, женщины" in shown
    assert "Гости не называют" in shown
    quota = SurveyQuota.objects.get()
    desk.post(f"{path}unlimit/", {"quota": quota.pk})
    assert "Гости не называют" not in page(desk, path)


def test_a_place_and_a_file_are_answers_and_are_forgotten_with_the_person() -> None:
    survey, person = running(*WHERE), citizen()
    browser, root = signed_in(person), f"/surveys/{survey.slug}/"
    outside = browser.post(f"{root}answer/1/", {"q1": "55.7558, 37.6173"})
    assert outside.status_code == 422
    assert "за границей области" in outside.content.decode()
    assert "55.7558, 37.6173" in outside.content.decode(), "nothing typed is lost"
    picture = upload(jpeg(scene(3)))
    answered(browser, survey, {"q1": "59.2205, 39.8915", "q2": picture})
    assert str(picture.name) in page(browser, f"{root}review/")
    kept = AnswerFile.objects.get()
    answered(browser, survey, {"q1": "Вологда"})  # no file chosen anew: it stays
    assert Response.objects.get().answers["q1"]["place"] == "vologda-city"
    desk = signed_in(survey.made_by)
    given = desk.get(f"/desk/surveys/{survey.pk}/files/{kept.pk}/")
    assert given["Content-Type"] == "image/jpeg"
    assert b"".join(given.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    drop_unused(timezone.now().timestamp() + 60)
    assert stored(kept.path).exists(), "the night does not take it for a file of no message"
    stranger = signed_in(bound("vote_organiser", organisation="adm-vologda-city"))
    assert stranger.get(f"/desk/surveys/{survey.pk}/files/{kept.pk}/").status_code == 404
    rows = queries.results(survey, at_end(survey))
    assert rows[0]["rows"][0]["label"] == "остальные места и неизвестные", "one alone is not named"
    forget_person(person, by="test", now=timezone.now())
    catch_up(["surveys"])
    assert not AnswerFile.objects.exists()
    assert Response.objects.get().answers == {}
    drop_files(paths=[kept.path])
    assert not stored(kept.path).exists()
