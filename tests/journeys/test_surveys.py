"""A survey through its pages: an organiser builds it, people answer, everybody reads the result."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from otklik.flow.answers.tests.photos import jpeg, scene, upload
from otklik.flow.privacy.commands import forget_person
from otklik.ground.accounts.models import Person
from otklik.ground.territories.queries import region
from otklik.journal.following import catch_up
from otklik.participation.ballots.tests.helpers import citizen
from otklik.participation.projects.models import Phase
from otklik.participation.surveys import commands, paper, queries
from otklik.participation.surveys.models import Response, Survey, SurveyQuestion
from otklik.participation.surveys.rules import Asked
from tests.cast import bound, signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)


def running(closed: bool = False) -> Survey:
    """Return a survey of two pages that runs now, or ended just before."""
    now = timezone.now()
    by = bound("vote_organiser", organisation="cur")
    opens, closes = now - 2 * DAY, now + (-DAY if closed else DAY)
    draft = commands.Draft("Как вам автобус", opens, closes)
    made = commands.draft_survey(draft, by=by, now=opens - DAY)
    for one in (
        Asked("", "single", 1, "Ездите?", required=True, options=("Да", "Нет")),
        Asked("", "multiple", 2, "Что поправить?", options=("Тепло", "Расписание"),
              show_if={"eq": ["q1", "o1"]}),
        Asked("", "short", 2, "Почему нет?", required=True, show_if={"eq": ["q1", "o2"]}),
    ):  # fmt: skip
        commands.ask(made.pk, one, by=by, now=opens - DAY)
    return commands.announce_survey(made.pk, by=by, now=opens - DAY)


def answered(survey: Survey, person: Person, said: dict[str, Any]) -> None:
    at = survey.phase.opens_at + DAY / 2
    for page in (1, 2):
        commands.save_page(survey.pk, page, said, person=person, now=at)
    assert not commands.send(survey.pk, person=person, now=at)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_an_organiser_builds_checks_and_announces() -> None:
    desk = signed_in(bound("vote_organiser", organisation="cur"))
    now = timezone.localtime()
    said = {
        "title": "Двор у школы", "about": "Чтобы решить весной", "min_age": "14",
        "min_level": "none", "opens_at": (now + DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (now + 9 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    bad = desk.post("/desk/surveys/new/", {**said, "closes_at": said["opens_at"]})
    assert bad.status_code == 422
    assert "Чтобы решить весной" in bad.content.decode()
    page = desk.post("/desk/surveys/new/", said)["Location"]
    assert "Нужен хотя бы один вопрос" in text(desk, page)
    question = {"kind": "single", "text": "Нужна площадка?", "page": "1", "options": "Да\nНет"}
    assert desk.post(page, question).status_code == 302
    after = {"kind": "short", "text": "Какая?", "page": "2", "when": "q1:o1"}
    assert desk.post(page, after).status_code == 302
    assert desk.post(f"{page}announce/").status_code == 302
    survey = Survey.objects.get()
    assert survey.questions.get(key="q2").show_if == {"eq": ["q1", "o1"]}
    assert "Двор у школы" in text(signed_in(None), "/surveys/")
    for rows, more in (
        (SurveyQuestion.objects.all(), {"text": "Иначе"}),
        (Phase.objects.filter(survey=survey), {"closes_at": timezone.now()}),
    ):
        with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
            rows.update(**more)
    assert desk.post(page, question).status_code == 422


def drafted() -> Survey:
    """Return a draft of two pages, three questions."""
    now, by = timezone.now(), bound("vote_organiser", organisation="cur")
    made = commands.draft_survey(commands.Draft("Каток", now + DAY, now + 9 * DAY), by=by, now=now)
    for one in (
        Asked("", "single", 1, "Нужен?", required=True, options=("Да", "Нет")),
        Asked("", "number", 1, "Сколько вам лет?"),
        Asked("", "short", 2, "Где?", required=True, show_if={"eq": ["q1", "o1"]}),
    ):
        commands.ask(made.pk, one, by=by, now=now)
    return made


def test_conditions_compare_deny_and_join() -> None:
    desk = signed_in(bound("vote_organiser", organisation="cur"))
    now = timezone.now()
    draft = commands.Draft("Двор", now + DAY, now + 9 * DAY)
    made = commands.draft_survey(draft, by=bound("vote_organiser", organisation="cur"), now=now)
    root = f"/desk/surveys/{made.pk}/"
    desk.post(root, {"kind": "single", "text": "Ездите?", "page": "1", "options": "Да\nНет"})
    desk.post(root, {"kind": "scale", "text": "Как вам?", "page": "1", "low": "1", "high": "5"})
    more = {"kind": "short", "text": "Что не так?", "page": "2", "join": "all"}
    assert desk.post(root, {**more, "when": "!q1:o2", "also": "q2<3"}).status_code == 302
    assert desk.post(root, {**more, "when": "q2>9"}).status_code == 422
    one = SurveyQuestion.objects.get(text="Что не так?")
    assert one.show_if == {"all": [{"not": {"eq": ["q1", "o2"]}}, {"lt": ["q2", 3]}]}
    shown = text(desk, root)
    assert "если «Ездите?» — не «Нет» и если «Как вам?» — не выше 2" in shown
    again = text(desk, f"{root}questions/{one.pk}/")
    assert 'value="!q1:o2" selected' in again
    assert 'value="q2&lt;3" selected' in again


def test_a_question_of_a_draft_is_reworded_moved_and_taken_away() -> None:
    survey, desk = drafted(), signed_in(bound("vote_organiser", organisation="cur"))
    page = f"/desk/surveys/{survey.pk}/"
    first, second, _third = survey.questions.all()
    form = f"{page}questions/{first.pk}/"
    assert "Да\nНет" in text(desk, form)
    said = {"kind": "single", "text": "Нужен ли каток?", "page": "1", "options": "Да\nНет\nНе знаю"}
    mistake = desk.post(form, {**said, "page": "0"})
    assert mistake.status_code == 422
    assert "Не знаю" in mistake.content.decode()
    assert desk.post(form, said)["Location"] == page
    assert survey.questions.get(key="q1").options == ["Да", "Нет", "Не знаю"]
    desk.post(f"{page}down/", {"question": first.pk})
    assert [one.key for one in survey.questions.all()] == ["q2", "q1", "q3"]
    desk.post(f"{page}down/", {"question": first.pk})  # the last of its page stays there
    assert [one.key for one in survey.questions.all()] == ["q2", "q1", "q3"]
    desk.post(f"{page}up/", {"question": first.pk})
    desk.post(f"{page}unask/", {"question": second.pk})
    assert [one.key for one in survey.questions.all()] == ["q1", "q3"]
    other = running().questions.first()
    assert other is not None
    assert desk.post(f"{page}up/", {"question": other.pk}).status_code == 404
    assert desk.get(f"/desk/surveys/{other.survey_id}/questions/{other.pk}/").status_code == 404


def test_a_preview_walks_the_same_way_as_a_citizen_and_keeps_nothing() -> None:
    survey, desk = drafted(), signed_in(bound("vote_organiser", organisation="cur"))
    page = f"/desk/surveys/{survey.pk}/preview/"
    assert "Нужен?" in text(desk, page)
    missing = text(desk, f"{page}?page=1&q2=сорок")
    assert "Ответьте на этот вопрос" in missing
    assert "сорок" in missing
    assert "Нужно целое число" in missing
    assert "Где?" in text(desk, f"{page}?page=1&q1=o1&q2=40")
    assert "Где?" not in text(desk, f"{page}?page=1&q1=o2").partition("Ваши ответы")[0]
    assert "У школы" in text(desk, f"{page}?page=2&q1=o1&q3=У школы")
    assert not Response.objects.exists()


def test_answers_of_paper_and_by_phone_are_entered_and_shown_apart() -> None:
    survey, desk = running(), signed_in(bound("vote_organiser", organisation="cur"))
    page = f"/desk/surveys/{survey.pk}/enter/"
    said = {"source": "paper", "q1": "o1", "q2": ["o2"], "q3": "в скрытый вопрос"}
    without = desk.post(page, said)
    assert without.status_code == 422
    assert "Приложите скан" in without.content.decode()
    assert "в скрытый вопрос" in without.content.decode()
    renamed = SimpleUploadedFile("sheet.jpg", b"MZ" + bytes(200))
    assert desk.post(page, {**said, "scan": renamed}).status_code == 422
    wrong = desk.post(page, {"source": "phone", "q1": "o2"})
    assert "Ответьте на этот вопрос" in wrong.content.decode()
    assert not Response.objects.exists()
    sheet = upload(jpeg(scene(3)))
    assert desk.post(page, {**said, "scan": sheet})["Location"] == page
    assert desk.post(page, {"source": "phone", "q1": "o2", "q3": "Далеко"})["Location"] == page
    answered(survey, citizen(), {"q1": "o2", "q3": "Близко"})
    assert [one.answers for one in Response.objects.order_by("pk")][:2] == [
        {"q1": "o1", "q2": ["o2"]}, {"q1": "o2", "q3": "Далеко"},
    ]  # fmt: skip
    counted = queries.came(survey)
    assert (counted["total"], counted["paper"], counted["phone"]) == (1, 1, 1)
    entered = text(desk, page)
    scan = entered.partition(f"/desk/surveys/{survey.pk}/sheets/")[2].partition("/")[0]
    kept = desk.get(f"/desk/surveys/{survey.pk}/sheets/{scan}/")
    assert kept["Content-Type"] == "image/jpeg"
    assert b"".join(kept.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    stranger = signed_in(bound("vote_organiser", organisation="adm-vologda-city"))
    assert stranger.get(f"/desk/surveys/{survey.pk}/sheets/{scan}/").status_code == 404
    assert stranger.post(page, said).status_code == 404
    after = survey.phase.closes_at + DAY
    first = queries.results(survey, after)[0]
    assert [row["count"] for row in first["rows"]] == [0, 1]
    assert [row["count"] for row in first["entered"]["rows"]] == [1, 1]
    assert sorted(line[0] for line in queries.table(survey)) == ["paper", "phone", "site", "source"]


def test_a_citizen_answers_page_by_page_changes_the_way_and_counts_once() -> None:
    survey, person = running(), citizen()
    browser, root = signed_in(person), f"/surveys/{survey.slug}/"
    assert "опрос без проверки личности" in text(browser, root)
    assert browser.post(f"{root}answer/1/", {"q1": "o1"})["Location"] == f"{root}answer/2/"
    assert "Что поправить?" in text(browser, f"{root}answer/2/")
    assert "Почему нет?" not in text(browser, f"{root}answer/2/")
    assert browser.post(f"{root}answer/2/", {"q2": ["o2"]})["Location"] == f"{root}review/"
    assert "Расписание" in text(browser, f"{root}review/")
    assert queries.came(survey)["total"] == 0
    browser.post(f"{root}send/")
    assert "Ваш ответ принят" in text(browser, root)
    browser.post(f"{root}answer/1/", {"q1": "o2"})
    sent = browser.post(f"{root}send/")
    assert sent["Location"] == f"{root}answer/2/"  # the new way has a question of its own
    browser.post(f"{root}answer/2/", {"q3": "Хожу пешком"})
    browser.post(f"{root}send/")
    assert Response.objects.get().answers == {"q1": "o2", "q3": "Хожу пешком"}
    assert queries.came(survey) == {
        "total": 1, "verified": 0, "contact": 0, "anonymous": 1, "paper": 0, "phone": 0,
        "over": 0, "held": 0,
    }  # fmt: skip


def test_a_mistake_loses_nothing() -> None:
    survey, person = running(), citizen()
    browser, root = signed_in(person), f"/surveys/{survey.slug}/"
    bad = browser.post(f"{root}answer/1/", {"q1": "o7"})
    assert bad.status_code == 422
    assert "Такого варианта нет" in bad.content.decode()
    browser.post(f"{root}answer/1/", {"q1": "o2"})
    long = "оченьдлинно" * 40
    bad = browser.post(f"{root}answer/2/", {"q3": long})
    assert bad.status_code == 422
    assert long in bad.content.decode()
    assert browser.get(f"{root}answer/9/").status_code == 404


def test_who_has_not_said_where_they_live_says_it_first() -> None:
    survey = running()
    person = Person.objects.create_user("new@example.ru", region=region())
    browser, page = signed_in(person), f"/surveys/{survey.slug}/answer/1/"
    assert "Где вы живёте" in text(browser, page)
    bad = browser.post(page, {"territory": "vologda-city", "born_on": ""})
    assert bad.status_code == 422
    assert browser.post(page, {"territory": "vologda-city", "born_on": "1990-01-02"})["Location"]
    assert "Ездите?" in text(browser, page)
    assert signed_in(None).get(page).status_code == 302


def test_results_come_after_the_end_for_everybody_and_words_for_the_organiser() -> None:
    survey = running(closed=True)
    answered(survey, citizen(), {"q1": "o1", "q2": ["o1", "o2"]})
    answered(survey, citizen(), {"q1": "o2", "q3": "=Хожу пешком"})
    shown = text(signed_in(None), f"/surveys/{survey.slug}/")
    assert "Расписание" in shown
    assert "Хожу пешком" not in shown
    assert "решения нет 1 день" in shown
    desk = signed_in(survey.made_by)
    table = desk.get(f"/desk/surveys/{survey.pk}/answers.csv").content.decode("utf-8-sig")
    assert table.splitlines() == [
        "source,level,apart,q1,q2.o1,q2.o2,q3", "site,none,,Да,1,1,",
        "site,none,,Нет,,,'=Хожу пешком",
    ]  # fmt: skip
    other = signed_in(bound("vote_organiser", organisation="adm-vologda-city"))
    assert other.get(f"/desk/surveys/{survey.pk}/answers.csv").status_code == 404
    assert other.get(f"/desk/surveys/{survey.pk}/").status_code == 404
    assert signed_in(bound("moderator")).get("/desk/surveys/").status_code == 403
    for path in ("/outcomes/", f"/projects/{survey.phase.project.slug}/"):
        assert f"/surveys/{survey.slug}/" in text(signed_in(None), path)


def test_before_the_end_nobody_reads_a_result() -> None:
    survey = running()
    answered(survey, citizen(), {"q1": "o1", "q2": ["o1"]})
    assert queries.results(survey, timezone.now()) == []
    desk = signed_in(survey.made_by)
    assert desk.get(f"/desk/surveys/{survey.pk}/answers.csv").status_code == 404


def test_a_forgotten_person_leaves_a_count_and_no_words() -> None:
    survey, person = running(), citizen()
    answered(survey, person, {"q1": "o2", "q3": "Живу у моста"})
    forget_person(person, by="test", now=timezone.now())
    catch_up(["surveys"])
    assert Response.objects.get().person is None
    assert Response.objects.get().answers == {"q1": "o2"}


def test_a_draft_is_kept_while_one_types_and_sends_nothing() -> None:
    survey, person = running(), citizen()
    browser, path = signed_in(person), f"/surveys/{survey.slug}/answer/1/"
    assert "data-autosave" in text(browser, path)
    kept = browser.post(path, {"q1": "o2"}, headers={"X-Autosave": "1"})
    assert kept.status_code == 204
    assert Response.objects.get().answers == {"q1": "o2"}
    assert Response.objects.get().sent_at is None
    browser.post(path, {"q1": "o1"})
    browser.post(f"/surveys/{survey.slug}/send/")
    assert "data-autosave" not in text(browser, path), "what was sent changes by a press alone"


def test_what_came_of_it_is_taken_away_by_everybody_after_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paper, "available", lambda: False)
    survey, guest = running(closed=True), signed_in(None)
    answered(survey, citizen(), {"q1": "o2", "q3": "Хожу пешком"})
    root = f"/surveys/{survey.slug}/"
    assert "q1,Ездите?,single,1,Нет,1,100,0" in text(guest, f"{root}results.csv")
    told = guest.get(f"{root}results.json").json()
    assert told["came"]["total"] == 1
    assert told["questions"][0]["options"][1] == {"option": "Нет", "count": 1, "share": 100}
    protocol = text(guest, f"{root}protocol.pdf")
    for words in ("Протокол опроса", "Ездите?", "всего: 1"):
        assert words in protocol
    for path in ("results.csv", "results.json", "protocol.pdf"):
        assert "Хожу пешком" not in text(guest, f"{root}{path}"), "words are the organiser's"
        assert guest.get(f"/surveys/{running().slug}/{path}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_connections_at_once_give_one_answer() -> None:
    survey, person = running(), citizen()
    gate, done = Barrier(2), []

    def press() -> None:
        try:
            gate.wait(timeout=30)
            commands.save_page(survey.pk, 1, {"q1": "o1"}, person=person, now=timezone.now())
            done.append(commands.send(survey.pk, person=person, now=timezone.now()))
        finally:
            connection.close()

    threads = [Thread(target=press) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert done == [[], []]
    assert Response.objects.count() == 1
