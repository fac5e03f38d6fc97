"""A petition through its pages: written down, signed once a person, the threshold said once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from otklik.flow.privacy.commands import forget_person
from otklik.ground.accounts.models import Person
from otklik.ground.territories.queries import region
from otklik.journal.following import catch_up
from otklik.journal.models import Entry
from otklik.participation.ballots.tests.helpers import citizen
from otklik.participation.petitions import commands, queries, rules
from otklik.participation.petitions.models import Petition, PetitionSignature
from otklik.participation.projects.rules import Circle
from tests.cast import bound, signed_in

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)


def running(threshold: int = 2, *, closed: bool = False, circle: Circle | None = None) -> Petition:
    now = timezone.now()
    opens, closes = now - 2 * DAY, now + (-DAY if closed else DAY)
    by = bound("vote_organiser", organisation="cur")
    draft = commands.Draft(
        "Верните автобус № 9", "Без него не доехать до больницы", "Группа жителей", threshold,
        opens, closes, circle or Circle(),
    )  # fmt: skip
    made = commands.draft_petition(draft, by=by, now=opens - DAY)
    return commands.announce_petition(made.pk, by=by, now=opens - DAY)


def reached() -> int:
    return Entry.objects.filter(kind="petition.reached").count()


def test_an_organiser_writes_it_down_and_announces() -> None:
    desk, now = signed_in(bound("vote_organiser", organisation="cur")), timezone.localtime()
    said = {
        "title": "Сохраните сквер", "about": "Ему сорок лет", "initiator": "Жители улицы Мира",
        "threshold": "0", "min_age": "16", "min_level": "none",
        "opens_at": (now + DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (now + 9 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    bad = desk.post("/desk/petitions/new/", said)
    assert bad.status_code == 422
    assert "Ему сорок лет" in bad.content.decode()
    empty = desk.post("/desk/petitions/new/", {**said, "threshold": "5", "about": ""})
    assert "Заполните: почему" in empty.content.decode()
    page = desk.post("/desk/petitions/new/", {**said, "threshold": "5"})["Location"]
    assert desk.post(f"{page}announce/").status_code == 302
    assert "Сохраните сквер" in signed_in(None).get("/petitions/").content.decode()
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        Petition.objects.update(threshold=1)
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        Petition.objects.get().delete()
    other = signed_in(bound("vote_organiser", organisation="adm-vologda-city"))
    assert other.get(page).status_code == 404
    assert signed_in(bound("moderator")).get("/desk/petitions/").status_code == 403


def test_a_citizen_signs_once_takes_it_back_and_the_threshold_is_said_once() -> None:
    found, person = running(), citizen()
    root, browser = f"/petitions/{found.slug}/", signed_in(person)
    assert "Подписей 0 из 2" in browser.get(root).content.decode()
    for _press in range(2):
        assert browser.post(f"{root}sign/", {"act": "sign"})["Location"] == root
    assert "Подписей 1 из 2" in browser.get(root).content.decode()
    signed_in(citizen()).post(f"{root}sign/", {"act": "sign"})
    shown = browser.get(root).content.decode()
    assert "порог набран" in shown
    assert reached() == 1
    browser.post(f"{root}sign/", {"act": "withdraw"})
    browser.post(f"{root}sign/", {"act": "sign"})
    found.refresh_from_db()
    assert found.reached_at is not None
    assert reached() == 1, "said once"
    assert PetitionSignature.objects.count() == 2
    assert signed_in(None).post(f"{root}sign/", {"act": "sign"}).status_code == 302
    assert PetitionSignature.objects.count() == 2
    assert person.email not in shown
    assert rules.percent(1, 3) == 33
    assert rules.percent(999, 1000) == 99


def test_only_the_circle_signs_and_who_has_not_said_where_they_live_says_it_first() -> None:
    found = running(circle=Circle(16, frozenset({"vologda-city"})))
    page = f"/petitions/{found.slug}/sign/"
    refused = signed_in(citizen("cherepovets-city")).post(page, {"act": "sign"})
    assert refused.status_code == 422
    assert "жители других территорий" in refused.content.decode()
    new = signed_in(Person.objects.create_user("new@example.ru", region=region()))
    assert "Где вы живёте" in new.post(page, {"act": "sign"}).content.decode()
    bad = new.post(page, {"act": "sign", "territory": "vologda-city", "born_on": ""})
    assert bad.status_code == 422
    good = {"act": "sign", "territory": "vologda-city", "born_on": "1990-01-02"}
    assert new.post(page, good).status_code == 302
    assert queries.came(found)["total"] == 1


def test_after_the_end_it_waits_for_an_answer_and_takes_no_signature() -> None:
    found, person = running(closed=True), citizen()
    commands.sign(found.pk, person=person, now=found.phase.opens_at + DAY / 2)
    root = f"/petitions/{found.slug}/"
    late = signed_in(citizen()).post(f"{root}sign/", {"act": "sign"})
    assert late.status_code == 422
    for path in (root, "/outcomes/", f"/projects/{found.phase.project.slug}/"):
        page = signed_in(None).get(path).content.decode()
        assert "решения нет 1 день" in page
    forget_person(person, by="test", now=timezone.now())
    catch_up(["petitions"])
    assert PetitionSignature.objects.get().person is None


@pytest.mark.django_db(transaction=True)
def test_two_connections_at_once_sign_once_and_reach_once() -> None:
    found, people = running(threshold=2), [citizen(), citizen()]
    asked = [people[0], people[0], people[1], people[1]]
    gate = Barrier(len(asked))
    done: list[bool] = []

    def press(person: Person) -> None:
        try:
            gate.wait(timeout=30)
            done.append(commands.sign(found.pk, person=person, now=timezone.now()))
        finally:
            connection.close()

    threads = [Thread(target=press, args=[each]) for each in asked]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(done) == [False, False, True, True]
    assert PetitionSignature.objects.count() == 2
    assert reached() == 1
