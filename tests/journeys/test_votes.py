"""A vote through its pages: an organiser makes it, citizens vote, anybody recounts it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.utils import timezone

from otklik.flow.privacy.commands import forget_person
from otklik.journal.following import catch_up
from otklik.participation.ballots import chain, commands, timers
from otklik.participation.ballots.models import Vote
from otklik.participation.ballots.tests.helpers import CHOICES, Voter, citizen, drafted
from otklik.participation.projects.models import Resident
from tests.cast import bound, elena, signed_in
from tools import verify_vote

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.usefixtures("world")
HOUR = timedelta(hours=1)


def running(secrecy: str, method: str = "single") -> Vote:
    """Return a vote that runs now, by the clock on the wall."""
    now = timezone.now()
    vote = drafted(secrecy, method, opens_at=now - HOUR, closes_at=now + HOUR)
    commands.announce_vote(vote.pk, by=vote.made_by, now=now - 2 * HOUR)
    return commands.open_vote(vote.pk, now=now - HOUR)


def fields(vote: Vote, choices: Any) -> dict[str, Any]:
    if vote.method == "score":
        return {f"score_{key}": str(score) for key, score in choices.items()}
    if vote.method == "ranked":
        return {f"rank_{key}": str(place) for place, key in enumerate(choices, start=1)}
    return {"choice": choices}


def code_on(page: str) -> str:
    found = re.search(r'name="code" value="(\w+)"', page)
    assert found is not None
    return found[1]


def receipt_on(page: str) -> dict[str, Any]:
    found = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert found is not None
    held: dict[str, Any] = json.loads(found[1].replace("&quot;", '"'))
    return held


def closed(vote: Vote) -> Vote:
    """Let the clock run past the end."""
    timers.run(vote.phase.closes_at)
    return Vote.objects.get(pk=vote.pk)


@pytest.mark.parametrize("method", CHOICES)
@pytest.mark.parametrize("secrecy", ["open", "detached"])
def test_a_citizen_votes_without_javascript_changes_and_finds_the_ballot_counted(
    secrecy: str, method: str, tmp_path: Path
) -> None:
    vote = running(secrecy, method)
    browser, first, last = signed_in(citizen()), *CHOICES[method]
    address = f"/votes/{vote.slug}/ballot/"
    page = browser.get(address).content.decode()
    code = code_on(page) if secrecy == "detached" else ""
    page = browser.post(address, {**fields(vote, first), "code": code}).content.decode()
    assert "Бюллетень принят" in page
    if secrecy == "detached":
        assert chain.spaced(code) in page
        again = browser.get(address).content.decode()
        assert "Вы проголосовали" in again
        address, browser = f"/votes/{vote.slug}/change/", signed_in(None)
        code = chain.spaced(code).lower()
    page = browser.post(address, {**fields(vote, last), "code": code}).content.decode()
    assert "Бюллетень принят" in page
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(receipt_on(page)))
    assert browser.get(f"/votes/{vote.slug}/package.zip").status_code == 404
    found = closed(vote)
    assert "Итог" in browser.get(f"/votes/{vote.slug}/").content.decode()
    package = tmp_path / "package.zip"
    package.write_bytes(browser.get(f"/votes/{vote.slug}/package.zip").content)
    said = verify_vote.verify(str(package), receipt=str(receipt), terms=found.manifest_hash)
    assert "учтён" in said[-1]
    if code:
        assert "учтён" in verify_vote.verify(str(package), code=code)[-1]


def test_a_form_pressed_twice_shows_the_same_receipt() -> None:
    vote, browser = running("detached"), signed_in(citizen())
    address = f"/votes/{vote.slug}/ballot/"
    sent = {"choice": "v1", "code": code_on(browser.get(address).content.decode())}
    pages = [browser.post(address, sent).content.decode() for _ in range(2)]
    assert receipt_on(pages[0]) == receipt_on(pages[1])
    other = browser.post(address, {**sent, "code": chain.code_of(bytes(16))})
    assert other.status_code == 422
    assert "уже проголосовали" in other.content.decode()


def test_a_mistake_keeps_what_was_marked_and_the_code() -> None:
    vote, browser = running("detached", "ranked"), signed_in(citizen())
    address = f"/votes/{vote.slug}/ballot/"
    code = code_on(browser.get(address).content.decode())
    answer = browser.post(address, {"code": code})
    assert answer.status_code == 422
    assert code_on(answer.content.decode()) == code
    answer = browser.post(address, {"rank_v1": "1", "rank_v2": "1", "code": code})
    assert "на одном месте" in answer.content.decode()
    assert vote.register.count() == 0


def test_one_who_has_not_said_where_they_live_is_asked_once() -> None:
    vote, person = running("open"), citizen()
    person.resident.delete()
    browser, address = signed_in(person), f"/votes/{vote.slug}/ballot/"
    assert "Дата рождения" in browser.get(address).content.decode()
    bad = browser.post(address, {"territory": "vologda-city", "born_on": "вчера"})
    assert bad.status_code == 422
    assert browser.post(address, {"territory": "vologda-city", "born_on": "1990-02-03"})["Location"]
    assert 'name="choice"' in browser.get(address).content.decode()
    young = {"territory": "vologda-city", "born_on": "2020-01-01"}
    browser.post(address, young)
    refused = browser.post(address, {"choice": "v1"})
    assert "Участвуют с 14 лет" in refused.content.decode()


@pytest.mark.parametrize("secrecy", ["open", "detached", "blind"])
def test_nobody_sees_a_result_before_the_end_staff_neither(secrecy: str) -> None:
    vote = running(secrecy)
    now = timezone.now()
    for _ in range(3):
        Voter(citizen()).cast(vote, ["v2"], now)
    organiser, other = signed_in(vote.made_by), signed_in(elena())
    pages = [
        browser.get(f"{address}").content.decode()
        for browser in (organiser, other, signed_in(None))
        for address in (f"/votes/{vote.slug}/", f"/votes/{vote.slug}/board.json",
                        f"/votes/{vote.slug}/manifest.json", "/votes/")
    ]  # fmt: skip
    pages.append(organiser.get(f"/desk/votes/{vote.pk}/").content.decode())
    for page in pages:
        assert "выбрано" not in page
        assert "100 %" not in page
        assert '"choices"' not in page
    assert organiser.get(f"/votes/{vote.slug}/package.zip").status_code == 404
    assert closed(vote).result["votes"]["v2"] == 3
    assert "100 %" in organiser.get(f"/votes/{vote.slug}/").content.decode()


def test_the_terms_given_have_the_hash_printed_and_threats_stand_beside() -> None:
    for secrecy in ("open", "detached", "blind"):
        vote, anybody = running(secrecy), signed_in(None)
        page = anybody.get(f"/votes/{vote.slug}/").content.decode()
        terms = anybody.get(f"/votes/{vote.slug}/manifest.json").content
        assert verify_vote.digest(json.loads(terms)) == vote.manifest_hash
        assert verify_vote.canonical(json.loads(terms)) == terms
        assert vote.manifest_hash in page
        assert "Покупка голосов" in page
        assert "Это не выборы" in page


def test_drafts_are_seen_by_nobody_outside() -> None:
    vote, anybody = drafted("open"), signed_in(None)
    for path in ("", "ballot/", "board.json", "manifest.json", "package.zip"):
        answer = anybody.get(f"/votes/{vote.slug}/{path}")
        assert answer.status_code == (302 if path == "ballot/" else 404), path
    assert vote.question not in anybody.get("/votes/").content.decode()
    assert anybody.get(f"/projects/{vote.phase.project.slug}/").status_code == 404
    assert signed_in(citizen()).get(f"/votes/{vote.slug}/ballot/").status_code == 404


def test_public_pages_answer() -> None:
    running("open")
    anybody = signed_in(None)
    for path in ("/votes/", "/votes/how/", "/projects/", "/votes/verify_vote.py"):
        answer = anybody.get(path)
        assert answer.status_code == 200, path
        if path.endswith(".py"):
            body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
            assert b"import otklik" not in body
            assert b"Recount a finished vote" in body


def test_a_journalist_finds_a_package_of_each_level_to_try_beside_the_instructions() -> None:
    votes = [running(level) for level in ("open", "detached", "detached")]
    for vote in votes[:2]:
        Voter(citizen()).cast(vote, ["v1"], timezone.now())
        closed(vote)
    told = signed_in(None).get("/votes/how/").content.decode()
    for vote in votes:
        assert (f"/votes/{vote.slug}/package.zip" in told) == (vote in votes[:2])


def test_who_is_forgotten_leaves_no_place_and_birthday_and_their_ballot_still_counts() -> None:
    vote, person = running("open"), citizen()
    Voter(person).cast(vote, ["v1"], timezone.now())
    catch_up(["projects"])
    forget_person(person, by="official:1", now=timezone.now())
    catch_up(["projects"])
    assert not Resident.objects.filter(person=person).exists()
    assert closed(vote).result["votes"]["v1"] == 1


# --- The organiser ---


def form(**more: Any) -> dict[str, Any]:
    start = timezone.localtime() + timedelta(days=2)
    return {
        "question": "Какой каток строить?", "options": "У школы\nВ парке\nУ реки",
        "method": "single", "max_choices": "1", "seats": "1", "budget": "0",
        "secrecy": "detached", "opens_at": f"{start:%Y-%m-%dT%H:%M}",
        "closes_at": f"{start + timedelta(days=7):%Y-%m-%dT%H:%M}", "min_age": "14",
        "min_level": "none", "quorum": "0", "threshold": "0", **more,
    }  # fmt: skip


def made(browser: Client, **more: Any) -> Vote:
    answer = browser.post("/desk/votes/new/", form(**more))
    assert answer.status_code == 302, answer.content.decode()
    return Vote.objects.get(pk=int(answer["Location"].rstrip("/").rsplit("/", 1)[1]))


def test_an_organiser_writes_a_vote_sees_what_is_missing_and_announces_it() -> None:
    browser = signed_in(bound("vote_organiser", organisation="cur"))
    lacking = made(browser, options="Один")
    page = browser.get(f"/desk/votes/{lacking.pk}/").content.decode()
    assert "Нужно хотя бы два варианта" in page
    assert "/announce/" not in page
    browser.post(f"/desk/votes/{lacking.pk}/announce/")
    assert Vote.objects.get(pk=lacking.pk).status == "draft"
    browser.post(f"/desk/votes/{lacking.pk}/drop/")
    assert not Vote.objects.filter(pk=lacking.pk).exists()
    vote = made(browser, method="budget:shares", max_choices="3", budget="2000000",
                options="Каток | 1 500 000\nСквер | 700000\nЛестница | 900000")  # fmt: skip
    assert [each.cost for each in vote.options.all()] == [1_500_000, 700_000, 900_000]
    browser.post(f"/desk/votes/{vote.pk}/announce/")
    assert Vote.objects.get(pk=vote.pk).status == "announced"
    assert vote.question in signed_in(None).get("/votes/").content.decode()
    assert vote.question not in signed_in(None).get("/take-part/").content.decode()
    with time_machine.travel(vote.phase.opens_at + timedelta(minutes=1), tick=False):
        running = signed_in(None).get("/take-part/").content.decode()
    assert f'href="/votes/{vote.slug}/"' in running


def test_a_mistake_in_the_form_keeps_what_was_typed() -> None:
    browser = signed_in(bound("vote_organiser", organisation="cur"))
    answer = browser.post("/desk/votes/new/", form(options="Каток | дорого"))
    assert answer.status_code == 422
    assert "Каток | дорого" in answer.content.decode()
    answer = browser.post("/desk/votes/new/", form(closes_at="2020-01-01T10:00"))
    assert "Конец должен быть позже начала" in answer.content.decode()


def test_another_bodys_vote_does_not_exist_for_an_organiser() -> None:
    vote = drafted("open")
    other = signed_in(bound("vote_organiser", organisation="adm-cherepovets-city",
                            home="adm-cherepovets-city"))  # fmt: skip
    assert other.get(f"/desk/votes/{vote.pk}/").status_code == 404
    assert other.post(f"/desk/votes/{vote.pk}/announce/").status_code == 404
    assert other.post(f"/desk/votes/{vote.pk}/drop/").status_code == 404
    assert signed_in(elena()).get(f"/desk/votes/{vote.pk}/").status_code == 403


# --- The two doors of a blind vote ---


def test_the_right_is_given_to_a_person_and_the_ballot_taken_from_nobody() -> None:
    vote, voter = running("blind"), Voter(citizen())
    now = timezone.now()
    token, cast = f"/votes/{vote.slug}/token/", f"/votes/{vote.slug}/cast/"
    ask = json.dumps({"blinded": "05".rjust(768, "0")})
    assert signed_in(None).post(token, ask, "application/json").status_code == 403
    voter.fetch_token(vote, now)
    ballot = json.dumps(voter.blind_ballot(vote, ["v1"]))
    nobody = signed_in(None)
    answer = nobody.post(cast, ballot, "application/json")
    assert answer.json()["record"]["rev"] == 1
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    for bad in ("", "[]", "{}", '{"choices": ["v1"]}', "x" * 30_000):
        assert nobody.post(cast, bad, "application/json").status_code == 422
    assert signed_in(citizen()).post(token, "{}", "application/json").status_code == 422
