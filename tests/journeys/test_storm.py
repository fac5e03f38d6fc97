"""A heat outage: hundreds write of one cause; a few presses group, answer and close it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from otklik.demo import accounts
from otklik.flow.cases.models import Case
from otklik.flow.problems.commands import act_on_one
from otklik.flow.problems.follower import collect
from otklik.flow.problems.models import GroupAction, Problem
from otklik.flow.rating.models import Rating
from otklik.flow.triage.commands import decide
from otklik.journal.reading import about
from tests.cast import NOW, anna_writes, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from otklik.flow.intake.commands import Receipt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
HEAT = "heat-none"
ANSWER = "Порыв на теплотрассе устранили 24 ноября бригадой города, тепло возвращается до вечера"
NEWS = "Бригада на месте, тепло вернётся к восьми вечера"
WHY = "Пуск тепла подтвердила диспетчерская, снимков с трассы не будет"
MESSAGES = 500


def write(count: int, first: int = 0) -> list[Receipt]:
    """Let as many people without accounts write, each from a house of their own."""
    receipts = []
    for n in range(first, first + count):
        receipt = anna_writes(
            f"Батареи холодные в доме {n}, в квартире холодно", topic=HEAT, now=NOW,
            lat=59.2205 + (n % 25) * 0.0004, lon=39.8915 + (n // 25) * 0.0006, author=None,
        )  # fmt: skip
        decide(receipt.report_id, now=NOW)
        receipts.append(receipt)
    return receipts


def own_page(receipt: Receipt) -> tuple[Client, str]:
    """Open one's message by its number and secret in a browser of one's own."""
    client = signed_in(None)
    found = client.post("/track/", {"number": receipt.number, "secret": receipt.secret})
    assert found.status_code == 302
    return client, found["Location"]


def declare(client: Client) -> Problem:
    """Let a moderator declare an outage that is shown to all."""
    enter(client, accounts.MODERATOR)
    opened = client.post(
        "/desk/problems/new/",
        {"kind": "outage", "topic": HEAT, "title": "Нет отопления в центре", "radius_m": "1500",
         "address": "Вологда, улица Мира, 12", "about": "Порыв на трассе", "public": "on"},
    )  # fmt: skip
    assert opened.status_code == 302, opened.content.decode()
    return Problem.objects.get()


def enter(client: Client, actor: accounts.Actor) -> None:
    client.force_login(accounts.person(actor))


def finish(client: Client, problem: Problem, verb: str, **values: str) -> GroupAction:
    """Press the button of a group action and let the worker do it."""
    answer = client.post(f"/desk/problems/{problem.pk}/{verb}/", values)
    assert answer.status_code == 302, answer.content.decode()
    action = GroupAction.objects.filter(problem=problem, verb=verb).latest("id")
    while act_on_one(action.pk, now=NOW):
        pass
    action.refresh_from_db()
    return action


def hidden(page: str, form: str) -> dict[str, list[str]]:
    """Return the hidden fields of the one form that has this action."""
    body = next(each for each in re.findall(r"<form.*?</form>", page, re.DOTALL) if form in each)
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name:
            found.setdefault(name[1], []).append(value[1] if value else "")
    return found


def test_five_hundred_messages_become_one_problem_with_one_answer(client: Client) -> None:
    receipts = write(MESSAGES)
    enter(client, accounts.MODERATOR)
    suggested = client.get("/desk/problems/").content.decode()
    group = hidden(suggested, 'action="/desk/problems/new/"')
    assert len(group["number"]) == MESSAGES

    form = client.post("/desk/problems/new/", group)
    asked = {k: v[-1] for k, v in hidden(form.content.decode(), "data-once").items()}
    city = accounts.official(accounts.EXECUTOR).organisation
    assert city is not None
    said = {
        "number": group["number"], "kind": "outage", "topic": HEAT, "radius_m": "5000",
        "title": "Нет отопления в центре", "organisation": city.code, "public": "on",
        "collects": "on",
    }  # fmt: skip
    opened = client.post("/desk/problems/new/", {**asked, **said})
    assert opened.status_code == 302, opened.content.decode()
    problem = Problem.objects.get()
    assert problem.links.count() == MESSAGES

    write(1, first=MESSAGES)
    late = Case.objects.latest("id")
    collect(about(late.ref)[0])
    assert problem.links.count() == MESSAGES + 1

    neighbour = signed_in(None)
    followed = neighbour.post(f"/problems/{problem.pk}/join/", {})["Location"]
    told = client.post(f"/desk/problems/{problem.pk}/tell/", {"text": NEWS})
    assert told.status_code == 302
    assert NEWS in neighbour.get(followed).content.decode()
    author, own = own_page(receipts[7])
    assert f"/problems/{problem.pk}/" in author.get(own).content.decode()
    assert NEWS in author.get(f"/problems/{problem.pk}/").content.decode()

    assert finish(client, problem, "take").refused == {}
    enter(client, accounts.EXECUTOR)
    assert finish(client, problem, "start").done == MESSAGES + 1
    answer = finish(client, problem, "answer", text=ANSWER, result="solved")
    assert answer.done == MESSAGES + 1
    enter(client, accounts.APPROVER)
    approved = finish(client, problem, "approve", comment=WHY)
    assert (approved.done, approved.refused) == (MESSAGES + 1, {})
    statuses = Case.objects.filter(problem_link__problem=problem).values_list("status", flat=True)
    assert set(statuses) == {"answered"}
    client.logout()
    public = client.get(f"/problems/{problem.pk}/").content.decode()
    assert ANSWER in public
    assert ANSWER in neighbour.get(followed).content.decode()
    each_author_rates_alone(receipts[:3])
    neighbour.post(followed, {"solved": "no"})
    enter(client, accounts.MODERATOR)
    each_number_opens_the_list_that_it_counts(client, f"/desk/problems/{problem.pk}/")


def each_number_opens_the_list_that_it_counts(client: Client, address: str) -> None:
    listed = client.get("/desk/problems/?status=answered").content.decode()
    assert re.search(rf'data-cases="\d+">{MESSAGES + 1}<', listed)
    page = client.get(address).content.decode()
    tiles = dict(re.findall(r'data-part="(\w+)"[^>]*>(\d+)<', page))
    assert tiles == {
        "cases": str(MESSAGES + 1), "unanswered": "1", "confirmed": "1", "disputed": "1",
        "joined": "1", "solved": "0", "unsolved": "1",
    }  # fmt: skip
    for part, number in tiles.items():
        opened = client.get(f"{address}?part={part}").content.decode()
        assert f'data-found="{number}"' in opened, part
        if int(number) < 100:  # on one page
            rows = opened.count('type="checkbox" name="number"')
            assert rows == (int(number) if part in {"unanswered", "confirmed", "disputed"} else 0)
    assert client.get(f"{address}?part=secret").status_code == 404


def each_author_rates_alone(receipts: list[Receipt]) -> None:
    """Let one be content, one dispute, one keep silent: none speaks for another."""
    content, unhappy, silent = map(own_page, receipts)
    for client, own in (content, unhappy, silent):
        assert ANSWER in client.get(own).content.decode()
    content[0].post(f"{content[1]}rate/", {"answer_score": "5", "result_score": "5"})
    unhappy[0].post(
        f"{unhappy[1]}rate/",
        {"answer_score": "2", "result_score": "1", "comment": "Холодно", "dispute": "yes"},
    )
    statuses = Case.objects.in_bulk([each.number for each in receipts], field_name="number")
    assert [statuses[each.number].status for each in receipts] == [
        "resolved_confirmed", "disputed", "answered",
    ]  # fmt: skip
    given = Rating.objects.values_list("case__number", "answer_score", "result_score")
    assert set(given) == {(receipts[0].number, 5, 5), (receipts[1].number, 2, 1)}


def test_a_person_is_told_of_a_known_outage_before_sending(client: Client) -> None:
    problem = declare(client)
    client.logout()
    said = {"text": "Нет отопления, холодные батареи", "place_kind": "address",
            "address": "Вологда, улица Мира, 14", "contact_kind": "none"}  # fmt: skip
    page = client.post("/send/", said).content.decode()
    assert "Об этом уже знают" in page
    assert "Нет отопления в центре" in page
    joined = client.post(f"/problems/{problem.pk}/join/", {})
    assert joined.status_code == 302
    waiting = client.get(joined["Location"]).content.decode()
    assert "Вы присоединились" in waiting
    problem.refresh_from_db()
    assert problem.joined == 1


def test_a_hidden_problem_is_not_there_for_citizens(client: Client) -> None:
    enter(client, accounts.MODERATOR)
    client.post(
        "/desk/problems/new/",
        {"kind": "outage", "topic": HEAT, "title": "Проверка", "radius_m": "1500",
         "address": "Вологда, улица Мира, 12"},
    )  # fmt: skip
    problem = Problem.objects.get()
    client.logout()
    assert client.get(f"/problems/{problem.pk}/").status_code == 404
    assert "Проверка" not in client.get("/problems/").content.decode()
    assert client.get(f"/desk/problems/{problem.pk}/").status_code in {302, 404}


def test_bad_input_says_what_is_wrong_and_keeps_what_was_typed(client: Client) -> None:
    enter(client, accounts.MODERATOR)
    page = client.post(
        "/desk/problems/new/", {"kind": "outage", "topic": HEAT, "title": "Нет света"}
    )
    assert page.status_code == 422
    assert "Выберите муниципалитет или радиус" in page.content.decode()
    assert "Нет света" in page.content.decode()
    assert not Problem.objects.exists()


def test_a_citizen_or_a_leader_cannot_open_problems(client: Client) -> None:
    enter(client, accounts.CITIZEN)
    assert client.get("/desk/problems/").status_code == 404
    enter(client, accounts.LEADER)
    assert client.get("/desk/problems/new/").status_code == 403
