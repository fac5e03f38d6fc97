"""A resident proposes a petition; a moderator has it corrected and publishes it; a body answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from otklik.flow.cases.queries import public_cases
from otklik.flow.privacy.commands import forget_person
from otklik.flow.problems.tests.test_commands import grouped
from otklik.journal.following import catch_up
from otklik.journal.models import Entry
from otklik.participation.ballots.tests.helpers import citizen
from otklik.participation.petitions.commands import sign
from otklik.participation.petitions.models import Petition
from otklik.participation.projects.models import Project, ProjectCase
from otklik.participation.proposals.models import Proposal
from otklik.readers.notifications.models import Delivery
from tests.cast import bound, signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.usefixtures("world")
SAID = {
    "kind": "petition", "title": "Верните автобус № 9 к больнице",
    "about": "Без него пожилым не доехать. Нужны три рейса утром.", "organisation": "cur",
    "territory": "vologda-city", "initiator": "Совет улицы Мира",
}  # fmt: skip
NEW = "/cabinet/proposals/new/"


@pytest.fixture(autouse=True)
def _addressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otklik.participation.proposals.rules.ADDRESSED", ("control_centre",))


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def proposed(browser: Client, **more: str) -> str:
    return str(browser.post(NEW, {**SAID, **more})["Location"])


def test_a_petition_is_proposed_returned_corrected_published_signed_and_answered() -> None:
    person, moderator = citizen(), signed_in(bound("moderator"))
    browser = signed_in(person)
    bad = browser.post(NEW, {**SAID, "organisation": ""})
    assert bad.status_code == 422
    assert "Совет улицы Мира" in bad.content.decode(), "nothing typed is lost"
    own = proposed(browser)
    assert "на проверке" in text(browser, own)
    assert signed_in(citizen()).get(own).status_code == 404
    desk = f"/desk/proposals/{Proposal.objects.get().pk}/"
    assert "Верните автобус" in text(moderator, "/desk/proposals/")
    assert person.email not in text(moderator, desk), "who proposes is not told"
    silent = moderator.post(desk, {"verb": "return", "reason": "unclear"})
    assert "Напишите, что исправить" in silent.content.decode()
    moderator.post(desk, {"verb": "return", "reason": "unclear", "text": "Назовите остановки"})
    shown = text(browser, own)
    assert "Непонятно, что нужно сделать" in shown
    assert "Назовите остановки" in shown
    browser.post(own, {**SAID, "about": "Рейсы от вокзала до больницы, три утром."})
    moderator.post(desk, {"verb": "publish"})
    petition = Petition.objects.get()
    assert (petition.threshold, petition.phase.sealed_at is None) == (100, False)
    assert petition.phase.project.organisation.code == "cur"
    assert "Совет улицы Мира" in text(signed_in(None), f"/petitions/{petition.slug}/")
    assert moderator.post(desk, {"verb": "publish"}).status_code == 422, "once"
    assert "Предложение опубликовано" in text(browser, own)


def test_a_petition_that_reached_enough_is_answered_before_its_end() -> None:
    proposed(signed_in(citizen()), territory="")
    desk = signed_in(bound("moderator"))
    desk.post(f"/desk/proposals/{Proposal.objects.get().pk}/", {"verb": "publish"})
    petition = Petition.objects.select_related("phase").get()
    now = timezone.now()
    signed_at = petition.phase.opens_at + timedelta(hours=1)
    organiser = signed_in(bound("vote_organiser", organisation="cur"))
    outcome = f"/desk/outcomes/{petition.phase_id}/"
    assert organiser.get(outcome).status_code == 404, "people still sign"
    sign(petition.pk, person=citizen(), now=signed_at)
    Petition.objects.filter(pk=petition.pk).update(reached_at=now)
    assert "порог набран: ответить до" in text(organiser, f"/desk/petitions/{petition.pk}/")
    said = {
        "ruling-verdict": "partly", "ruling-reason": "Два рейса с января", "ruling-signer": "Мэр",
        "ruling-decided_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    answer = organiser.post(f"{outcome}decide/", said)
    assert answer.status_code == 302, answer.content.decode()
    assert "Два рейса с января" in text(signed_in(None), f"/petitions/{petition.slug}/")


def test_no_more_than_so_many_wait_at_once_and_one_may_be_taken_back() -> None:
    browser = signed_in(citizen())
    first, *_others = [proposed(browser) for _ in range(3)]
    full = browser.post(NEW, SAID)
    assert full.status_code == 422
    assert "не больше 3" in full.content.decode()
    browser.post(first, {"act": "withdraw"})
    assert browser.post(NEW, SAID).status_code == 302
    assert browser.post(first, SAID).status_code == 422, "what was taken back is not corrected"


def test_the_author_is_told_and_forgotten() -> None:
    person = citizen()
    proposed(signed_in(person), kind="project")
    proposed(signed_in(person))
    waiting, published = Proposal.objects.order_by("-pk")
    desk = signed_in(bound("moderator"))
    desk.post(f"/desk/proposals/{published.pk}/", {"verb": "publish"})
    project = Project.objects.get()
    assert "Совет улицы Мира" in text(signed_in(None), f"/projects/{project.slug}/")
    catch_up(["notifications"])
    assert Delivery.objects.filter(kind="proposal.accepted", whom=f"person:{person.pk}").exists()
    assert not Entry.objects.filter(kind__startswith="proposal.", data__contains="Мира").exists()
    forget_person(person, by="test", now=timezone.now())
    catch_up(["proposals"])
    kept = Proposal.objects.get()
    assert (kept.pk, kept.person, kept.initiator) == (published.pk, None, "")
    assert waiting.pk != kept.pk
    assert "Совет улицы Мира" not in text(signed_in(None), f"/projects/{project.slug}/")


def test_a_project_grows_from_a_problem_and_shows_the_messages_that_are_public() -> None:
    problem, cases = grouped()
    desk = signed_in(bound("moderator"))
    assert "Начать проект" in text(desk, f"/desk/problems/{problem.pk}/")
    form = text(desk, f"/desk/projects/new/?problem={problem.pk}")
    assert problem.title in form
    numbers = " ".join(case.number for case in cases)
    assert numbers in form
    said = {"title": problem.title, "summary": "Свет", "numbers": f"{numbers} 12345678"}
    page = desk.post("/desk/projects/new/", said)["Location"]
    assert ProjectCase.objects.count() == len(cases), "what is not there is not tied"
    desk.post(f"{page}link/", {"numbers": cases[0].spoken})
    assert ProjectCase.objects.count() == len(cases), "tied once"
    project = Project.objects.get()
    assert signed_in(None).get(f"/projects/{project.slug}/").status_code == 404
    desk.post(f"{page}publish/")
    shown = text(signed_in(None), f"/projects/{project.slug}/")
    public = set(public_cases().values_list("number", flat=True))
    for case in cases:
        assert (case.spoken in shown) == (case.number in public)
    assert f"Вырос из сообщений: {len(cases)}" in shown
    assert "notice__body" not in shown, "messages are no notices"
    desk.post(f"{page}unlink/", {"numbers": cases[0].number})
    assert ProjectCase.objects.count() == len(cases) - 1
    stranger = signed_in(bound("vote_organiser", organisation="adm-vologda-city"))
    assert stranger.get(page).status_code == 404


def test_a_project_begins_at_a_place_of_the_map() -> None:
    desk = signed_in(bound("moderator"))
    assert "Вологда" in text(desk, "/desk/projects/new/?cell=vologda-city")
    assert desk.get("/desk/projects/new/?cell=nowhere").status_code == 404
