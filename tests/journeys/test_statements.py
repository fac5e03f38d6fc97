"""Opinions through their pages: a statement at a time, statements of one's own, groups after."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from otklik.flow.privacy.commands import forget_person
from otklik.ground.accounts.models import Person
from otklik.ground.territories.queries import region
from otklik.journal.following import catch_up
from otklik.participation.ballots.tests.helpers import citizen
from otklik.participation.statements import commands, queries, timers
from otklik.participation.statements.models import (
    Conversation,
    OpinionRun,
    Statement,
    StatementAct,
    StatementVote,
    Voter,
)
from tests.cast import bound, signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)
SEEDS = ("Автобус нужен чаще", "Остановки тёплые", "Цена честная", "Водители вежливы",
         "Ехать долго", "Карта удобна", "Вечером нет рейсов", "Салон чистый")  # fmt: skip


def running(moderation: str = "pre", *, closed: bool = False) -> Conversation:
    now = timezone.now()
    by = bound("vote_organiser", organisation="cur")
    opens, closes = now - 2 * DAY, now + (-DAY if closed else DAY)
    draft = commands.Draft("Каким быть автобусу", opens, closes, moderation=moderation)
    made = commands.draft_conversation(draft, by=by, now=opens - DAY)
    commands.write_seeds(made.pk, "\n".join(SEEDS), by=by, now=opens - DAY)
    return commands.announce_conversation(made.pk, by=by, now=opens - DAY)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def asked(page: str) -> str:
    found = re.search(r'name="statement" value="(\d+)"', page)
    assert found, "no statement is asked"
    return found[1]


def test_an_organiser_gives_first_statements_checks_and_announces() -> None:
    desk = signed_in(bound("vote_organiser", organisation="cur"))
    now = timezone.localtime()
    said = {
        "title": "Что делать с парком", "about": "Собираем мнения", "min_age": "14",
        "min_level": "none", "moderation": "pre",
        "opens_at": (now + DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (now + 9 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    bad = desk.post("/desk/statements/new/", {**said, "closes_at": said["opens_at"]})
    assert bad.status_code == 422
    assert "Собираем мнения" in bad.content.decode()
    page = desk.post("/desk/statements/new/", said)["Location"]
    assert "Нужно хотя бы 5" in text(desk, page)
    long = desk.post(f"{page}seeds/", {"seeds": "коротко\n" + "длинно" * 60})
    assert long.status_code == 422
    assert "длинно" * 60 in long.content.decode()
    assert desk.post(f"{page}seeds/", {"seeds": "\n".join(SEEDS)}).status_code == 302
    assert desk.post(f"{page}announce/").status_code == 302
    assert "Что делать с парком" in text(signed_in(None), "/statements/")
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        Statement.objects.update(text="Иначе")
    assert desk.post(f"{page}seeds/", {"seeds": "Иначе"}).status_code == 422
    other = signed_in(bound("vote_organiser", organisation="adm-vologda-city"))
    assert other.get(page).status_code == 404
    assert signed_in(bound("moderator")).post(f"{page}drop/").status_code == 403
    assert signed_in(bound("analyst")).get("/desk/statements/").status_code == 403


def test_a_citizen_answers_one_at_a_time_and_the_last_answer_counts() -> None:
    found, person = running(), citizen()
    browser, root = signed_in(person), f"/statements/{found.slug}/"
    for number in range(len(SEEDS)):
        page = text(browser, f"{root}answer/")
        assert f"отвечено {number} из 8" in page
        looks = re.findall(r'class="([^"]+)" name="answer" value="(?:dis)?agree"', page)
        assert len(looks) == 2
        assert len(set(looks)) == 1, "neither answer stands out"
        said = {"statement": asked(page), "answer": ("agree", "disagree", "pass")[number % 3]}
        assert browser.post(f"{root}answer/", said)["Location"] == f"{root}answer/"
    assert "Вы ответили на всё" in text(browser, f"{root}answer/")
    assert "Вечером нет рейсов" in text(browser, f"{root}mine/")
    one = StatementVote.objects.order_by("pk").first()
    assert one
    assert one.value == 1
    change = f"{root}answer/?statement={one.statement_id}"
    assert asked(text(browser, change)) == str(one.statement_id)
    browser.post(change, {"statement": str(one.statement_id), "answer": "disagree"})
    one.refresh_from_db()
    assert one.value == -1
    assert StatementVote.objects.count() == len(SEEDS)
    bad = browser.post(f"{root}answer/", {"statement": str(one.statement_id), "answer": "maybe"})
    assert bad.status_code == 422
    assert browser.get(f"{root}answer/?statement=0").status_code == 404
    assert signed_in(None).get(f"{root}answer/").status_code == 302
    new = signed_in(Person.objects.create_user("new@example.ru", region=region()))
    assert "Где вы живёте" in text(new, f"{root}answer/")
    assert queries.results(found, timezone.now()) == []
    assert signed_in(None).get(f"{root}results.json").status_code == 404


def test_a_citizen_adds_a_statement_which_is_moderated_in_the_open() -> None:
    found, person = running(), citizen()
    browser, root = signed_in(person), f"/statements/{found.slug}/"
    form = {"text": "Нужен рейс до больницы", "key": str(uuid.uuid4())}
    for said, words in (
        ({**form, "text": ""}, "Напишите высказывание"),
        ({**form, "text": "длинно" * 40}, "Слишком длинно"),
        ({**form, "text": "Звоните Ивану Петрову"}, "личные данные"),
    ):
        bad = browser.post(f"{root}add/", said)
        assert bad.status_code == 422
        assert words in bad.content.decode()
        assert said["text"] in bad.content.decode()
    for _press in range(2):
        assert browser.post(f"{root}add/", form).status_code == 302
    one = Statement.objects.get(voter__isnull=False)
    assert "ждёт проверки" in text(browser, f"{root}mine/")
    other = citizen()
    assert queries.next_for(found, other) != one
    desk, page = signed_in(bound("moderator")), f"/desk/statements/{found.pk}/"
    assert "Нужен рейс до больницы" in text(desk, page)
    desk.post(f"{page}show/", {"statement": str(one.pk)})
    for each in found.statements.exclude(pk=one.pk):
        commands.answer(found.pk, each.pk, "agree", person=citizen(), now=timezone.now())
    assert queries.next_for(found, other) == one, "the least answered"
    wrong = desk.post(f"{page}hide/", {"statement": str(one.pk), "reason": ""})
    assert wrong.status_code == 422
    assert "Выберите причину" in wrong.content.decode()
    desk.post(f"{page}hide/", {"statement": str(one.pk), "reason": "off_topic"})
    shown = text(signed_in(None), root)
    assert "Не о том, что обсуждают" in shown
    assert "Нужен рейс до больницы" not in shown
    assert "Не о том, что обсуждают" in text(browser, f"{root}mine/")
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        StatementAct.objects.update(reason="insult")
    away = signed_in(bound("vote_organiser", organisation="adm-vologda-city"))
    assert away.post(f"{page}show/", {"statement": str(one.pk)}).status_code == 404


def voted(found: Conversation, people: int) -> list[Person]:
    """Let two camps of people answer: they differ in all but the first two statements."""
    statements = list(found.statements.order_by("pk"))
    at, everybody = found.phase.opens_at + DAY / 2, [citizen() for _each in range(people)]
    for number, person in enumerate(everybody):
        voter = Voter.objects.create(
            region=found.region, conversation=found, person=person, level="none"
        )
        StatementVote.objects.bulk_create(
            StatementVote(
                region=found.region, statement=each, voter=voter, at=at,
                value=1 if place < 2 or (place + number) % 2 else -1,
            )
            for place, each in enumerate(statements)
        )  # fmt: skip
    return everybody


def test_groups_and_what_all_agree_on_come_after_the_end_beside_a_table() -> None:
    found = running(closed=True)
    root = f"/statements/{found.slug}/"
    people = voted(found, 52)
    assert "Считаем" in text(signed_in(None), root)
    assert timers.run(timezone.now()) == 1
    assert timers.run(timezone.now()) == 0
    page = text(signed_in(None), root)
    for words in ("складываются в группы: 2", "группа А", "группа Б", "<svg", "решения нет 1 день"):
        assert words in page
    assert page.index(SEEDS[0]) < page.index(SEEDS[2]), "what all agree on stands first"
    told = signed_in(None).get(f"{root}results.json").json()
    assert (told["k"], told["sizes"], told["people"]) == (2, [26, 26], 52)
    assert told["statements"][0]["groups"] == [[26, 0, 0], [26, 0, 0]]
    assert not any(person.email in str(told) for person in people)
    table = signed_in(None).get(f"{root}results.csv").content.decode("utf-8-sig")
    assert table.splitlines()[0] == "statement,text,agree,disagree,pass,least,mean"
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        OpinionRun.objects.update(version="0")
    for path in ("/outcomes/", f"/projects/{found.phase.project.slug}/"):
        assert root in text(signed_in(None), path)


def test_too_few_people_are_no_groups() -> None:
    found = running(closed=True)
    voted(found, 6)
    timers.run(timezone.now())
    page = text(signed_in(None), f"/statements/{found.slug}/")
    assert "Устойчивых групп не найдено" in page
    assert "группа А" not in page
    assert "<circle" not in page


def test_a_forgotten_person_leaves_answers_and_no_words() -> None:
    found, person = running("post"), citizen()
    one = commands.add(
        found.pk, "Живу у моста, жду автобус", key=uuid.uuid4(), person=person, now=timezone.now()
    )
    asked = found.statements.earliest("pk")
    commands.answer(found.pk, asked.pk, "agree", person=person, now=timezone.now())
    forget_person(person, by="test", now=timezone.now())
    catch_up(["statements"])
    one.refresh_from_db()
    assert (one.text, one.state) == ("", "erased")
    assert StatementVote.objects.get().voter.person is None


@pytest.mark.django_db(transaction=True)
def test_two_connections_at_once_give_one_answer() -> None:
    found, person = running(), citizen()
    one = found.statements.earliest("pk")
    gate = Barrier(2)
    done: list[str] = []

    def press(said: str) -> None:
        try:
            gate.wait(timeout=30)
            commands.answer(found.pk, one.pk, said, person=person, now=timezone.now())
            done.append(said)
        finally:
            connection.close()

    threads = [Thread(target=press, args=[each]) for each in ("agree", "disagree")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(done) == ["agree", "disagree"]
    assert (StatementVote.objects.count(), Voter.objects.count()) == (1, 1)
