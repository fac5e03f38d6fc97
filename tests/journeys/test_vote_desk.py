"""What an organiser does while a vote runs: paper, rights set aside, who comes; then the data."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from otklik.ground.territories.queries import region
from otklik.participation.ballots import chain, commands, queries, timers
from otklik.participation.ballots.models import PaperSheet, Vote
from otklik.participation.ballots.tests.helpers import (
    Voter,
    citizen,
    drafted,
    operators,
    sheet_scan,
)
from tests.cast import bound, close_file, signed_in
from tests.journeys.test_limits import solve
from tests.journeys.test_surveys_apart import answered
from tests.journeys.test_surveys_apart import running as survey_running
from tools import verify_vote

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("world")
HOUR = timedelta(hours=1)
HERE = "203.0.113.7"


def running(secrecy: str = "detached", **more: Any) -> Vote:
    now = timezone.now()
    vote = drafted(secrecy, opens_at=now - HOUR, closes_at=now + HOUR, **more)
    commands.announce_vote(vote.pk, by=vote.made_by, now=now - 2 * HOUR)
    return commands.open_vote(vote.pk, now=now - HOUR)


def closed(vote: Vote) -> Vote:
    timers.run(vote.phase.closes_at)
    return Vote.objects.get(pk=vote.pk)


def limited(**limits: Any) -> None:
    here = region()
    here.settings = {**here.settings, "storm": {"limits": limits, "puzzle_cost": 50}}
    here.save()


def page(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, path
    return str(answer.content.decode())


def test_an_organiser_begins_at_the_votes_and_meets_no_closed_queue() -> None:
    desk = signed_in(bound("vote_organiser", organisation="cur"))
    assert desk.get("/enter/")["Location"] == "/desk/votes/"
    shown = page(desk, "/desk/votes/")
    assert 'href="/enter/"' in shown, "the mark of the desk leads there too"
    for closed_to_them in ("/desk/", "/desk/appeals/"):
        assert f'href="{closed_to_them}"' not in shown
        assert desk.get(closed_to_them).status_code == 403
    assert 'href="/desk/"' in page(signed_in(bound("moderator")), "/desk/")


def test_two_operators_enter_paper_unseeing_a_third_settles_and_anybody_recounts(
    tmp_path: Path,
) -> None:
    vote = running(paper=True)
    Voter(citizen()).cast(vote, ["v1"], timezone.now())
    first, second, third = (signed_in(each) for each in operators())
    root = f"/desk/votes/{vote.pk}/papers/"
    lacking = first.post(root, {"number": "12", "choice": "v2"})
    assert lacking.status_code == 422
    assert 'value="12"' in lacking.content.decode(), "what was typed stays"
    for number in (12, 13):
        sent = {"number": str(number), "choice": "v2", "scan": sheet_scan(number)}
        assert first.post(root, sent).status_code == 302
    agreed, differs = PaperSheet.objects.filter(vote=vote).order_by("number")
    page(first, f"{root}{agreed.pk}/", 404)
    blind = page(second, f"{root}{agreed.pk}/")
    assert "checked" not in blind
    assert "Сквер</strong>" not in blind
    close_file(second.get(f"{root}{agreed.pk}/scan/"))
    second.post(f"{root}{agreed.pk}/", {"choice": "v2"})
    second.post(f"{root}{differs.pk}/", {"spoiled": "1"})
    assert "двое разошлись" in page(second, root)
    seen = page(third, f"{root}{differs.pk}/")
    assert "Сквер</strong>" in seen
    assert "испорчен</strong>" in seen
    unsaid = third.post(f"{root}{differs.pk}/", {"choice": "v2", "reason": ""})
    assert unsaid.status_code == 422
    third.post(f"{root}{differs.pk}/", {"choice": "v2", "reason": "Крестик бледный, но он один"})
    assert "Крестик бледный" in page(first, root)
    assert "Сошлись: 2" in page(first, root)
    assert signed_in(bound("vote_organiser", organisation="adm-cherepovets-city",
                           home="adm-cherepovets-city")).get(root).status_code == 404  # fmt: skip
    page(first, f"/desk/votes/{running().pk}/papers/", 404)
    closed(vote)
    shown = page(Client(), f"/votes/{vote.slug}/")
    assert "На сайте 1, на бумаге 2; испорченных листов 0" in shown
    package = tmp_path / "package.zip"
    package.write_bytes(Client().get(f"/votes/{vote.slug}/package.zip").content)
    assert "листы на бумаге прочитаны двумя: 2" in verify_vote.verify(str(package))


def test_many_from_one_place_are_set_aside_told_openly_and_let_in_with_a_reason() -> None:
    limited(rights=[1, 3600])
    vote, people = running(), [citizen() for _ in range(3)]
    people[2].level = "standard"
    people[2].save()
    address = f"/votes/{vote.slug}/ballot/"

    def vote_as(place: int, path: str = HERE) -> Any:
        sent = {"choice": "v1", "code": chain.code_of(bytes([place]) * 16)}
        return signed_in(people[place]).post(address, sent, REMOTE_ADDR=path)

    assert vote_as(0).status_code == 200
    held = vote_as(1)
    assert held.status_code == 422
    assert "отложено до проверки" in held.content.decode()
    assert chain.code_of(bytes([1]) * 16) in held.content.decode(), "what was typed stays"
    assert vote_as(2).status_code == 200, "whose identity was checked is never set aside"
    told = page(signed_in(people[1]), f"/votes/{vote.slug}/")
    assert "Ждут проверки: 1" in told
    assert "Ваше право на бюллетень среди отложенных" in told
    desk, place = signed_in(vote.made_by), f"/desk/votes/{vote.pk}/rights/"
    shown = page(desk, place)
    assert "Прав: 1" in shown
    assert people[1].email not in shown
    (batch,) = queries.held_batches(vote)
    said = {"batch": batch["batch"], "verdict": "admitted"}
    assert desk.post(place, said).status_code == 422
    assert desk.post(place, {**said, "reason": "Это общежитие колледжа"}).status_code == 302
    assert vote_as(1).status_code == 200
    told = page(Client(), f"/votes/{vote.slug}/")
    assert "Ждут проверки: 0, допущено: 1" in told
    assert "Это общежитие колледжа" in told


@pytest.mark.parametrize("secrecy", ["open", "detached", "blind"])
def test_an_organiser_sees_how_many_come_and_when_but_no_choice_until_the_end(
    secrecy: str,
) -> None:
    vote = running(secrecy)
    Voter(citizen()).cast(vote, ["v2"], timezone.now())
    desk = signed_in(vote.made_by)
    shown = page(desk, f"/desk/votes/{vote.pk}/rights/")
    assert "получили бюллетень: 1" in shown
    assert "По часам" in shown
    assert "Сквер" not in shown
    for path in ("result.json", "result.csv", "protocol.pdf"):
        page(Client(), f"/votes/{vote.slug}/{path}", 404)
    assert "Как приходили бюллетени" not in page(Client(), f"/votes/{vote.slug}/")
    closed(vote)
    assert "Как приходили бюллетени" in page(Client(), f"/votes/{vote.slug}/")


def test_a_finished_vote_is_open_data_and_a_protocol_with_small_groups_together() -> None:
    vote = running("detached")
    for place in ("vologda-city", "cherepovets-city"):
        Voter(citizen(place)).cast(vote, ["v2"], timezone.now())
    closed(vote)
    anybody, root = Client(), f"/votes/{vote.slug}/"
    told = anybody.get(f"{root}result.json").json()
    assert told["turnout"] == {"territory": {"": 2}, "age": {"": 2}, "sex": {"": 2}}
    assert told["options"][0] == {
        "key": "v2", "option": "Сквер", "cost": 0, "votes": 2, "site": None, "paper": None,
        "chosen": True,
    }  # fmt: skip
    assert told["terms_sha256"] == vote.manifest_hash
    assert [each["ballots"] for each in told["by_hour"]] == [2]
    assert told["bursts"] == []
    table = anybody.get(f"{root}result.csv").content.decode("utf-8-sig").splitlines()
    assert table[:2] == ["key,option,cost,votes,site,paper,chosen", "v2,Сквер,0,2,,,True"]
    paper = anybody.get(f"{root}protocol.pdf")
    assert paper["Content-Type"] in {"application/pdf", "text/html; charset=utf-8"}
    assert len(paper.content) > 1000


def test_a_draft_is_previewed_as_a_citizen_will_see_it() -> None:
    vote = drafted("detached", "ranked")
    desk = signed_in(vote.made_by)
    shown = page(desk, f"/desk/votes/{vote.pk}/preview/")
    assert 'name="rank_v1"' in shown
    assert "Тайное голосование" in shown
    assert '<form class="stack"' not in shown
    assert f"/desk/votes/{vote.pk}/preview/" in page(desk, f"/desk/votes/{vote.pk}/")
    page(signed_in(citizen()), f"/desk/votes/{vote.pk}/preview/", 404)


def test_doors_of_ballots_slow_a_machine_down_and_an_unnamed_one_asks_for_no_cookie() -> None:
    limited(ballot_account=[1, 600], unnamed_ballot=[1, 600])
    vote, browser = running(), signed_in(citizen())
    path, sent = f"/votes/{vote.slug}/ballot/", {"code": chain.code_of(bytes(16))}
    assert browser.post(path, sent).status_code == 422
    again = browser.post(path, {**sent, "choice": "v1"})
    assert again.status_code == 429
    assert again["Retry-After"]
    assert sent["code"] in again.content.decode(), "what was typed stays"
    blind = running("blind")
    cast = [Client().post(f"/votes/{blind.slug}/cast/", "{}", "application/json") for _ in range(2)]
    assert [each.status_code for each in cast] == [422, 429]
    assert json.loads(cast[1].content)["code"] == "often"
    assert "Cookie" not in cast[1].get("Vary", "")


def test_in_a_crowd_a_guest_s_browser_solves_a_puzzle_before_its_answer_is_taken() -> None:
    limited(guests=[1, 600])
    survey, first, second = survey_running(guests=True), Client(), Client()
    answered(first, survey, {"q1": "o1"})
    root = f"/surveys/{survey.slug}/"
    second.post(f"{root}answer/1/", {"q1": "o2"})
    asked = second.post(f"{root}send/")
    assert asked.status_code == 429
    assert survey.responses.filter(sent_at__isnull=False).count() == 1
    second.post(f"{root}send/", {"proof": solve(asked.content.decode())})
    assert survey.responses.filter(sent_at__isnull=False).count() == 2
