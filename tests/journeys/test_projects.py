"""A project through pages: ready forms, steps, several questions in one, lists, who hears."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otklik.flow.intake.models import Report
from otklik.journal.following import catch_up
from otklik.participation.ballots.tests.helpers import citizen
from otklik.participation.outcomes import commands as outcomes
from otklik.participation.projects.commands import link_cases
from otklik.participation.projects.models import Phase, Project
from otklik.participation.surveys import commands as surveys
from otklik.participation.surveys.rules import Asked
from otklik.readers.notifications.models import Delivery
from tests.cast import bound, opened_case, signed_in

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)


def page(path: str, who: Any = None) -> str:
    answer = signed_in(who).get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def typed(form: str) -> dict[str, str]:
    """Return what a form of the desk was opened with, as a browser would send it."""
    found = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        if chosen := re.search(r'value="([^"]*)" selected', options):
            found[name] = chosen[1]
    found |= dict.fromkeys(re.findall(r'name="(\w+)"[^>]*? checked', form), "on")
    return found


def test_a_people_s_budget_is_begun_by_its_ready_form_with_its_steps() -> None:
    by = bound("vote_organiser", organisation="cur")
    desk = signed_in(by)
    listed = page("/desk/projects/", by)
    for name in ("Народный бюджет", "Инициативный проект", "Рейтинговое голосование",
                 "Публичные слушания", "Петиция"):  # fmt: skip
        assert name in listed
    form = "/desk/projects/new/?form=people_budget"
    assert "Жители делят бюджет" in page(form, by)
    path = desk.post(form, {"title": "Бюджет дворов", "topic": "yards"})["Location"]
    assert [each.kind for each in Phase.objects.order_by("position")] == ["info", "review"]
    shown = page(path, by)
    assert "Проверка идей и цены" in shown
    first = Phase.objects.get(kind="info")
    desk.post(f"{path}announce_stage/", {"phase": first.pk})
    project = Project.objects.get()
    public = page(f"/projects/{project.slug}/")
    assert "Сбор идей" in public
    assert "Проверка идей и цены" not in public, "a draft is nobody's"
    assert "решения нет" not in public, "nobody was asked: nothing is owed"
    link = next(each for each in re.findall(r'href="(/desk/votes/new/[^"]*)"', shown)
                if "budget_vote" in each).replace("&amp;", "&")  # fmt: skip
    vote = typed(page(link, by))
    assert (vote["method"], vote["project"]) == ("budget:shares", str(project.pk))
    assert vote["proven"] == "on"
    desk.post("/desk/votes/new/", {
        **vote, "question": "На что потратить?", "budget": "1000000",
        "options": "Каток | 400000\nСвет | 300000",
    })  # fmt: skip
    assert project.phases.get(kind="budget").vote.question == "На что потратить?"


def test_one_project_holds_a_discussion_a_survey_and_opinions() -> None:
    by = bound("vote_organiser", organisation="cur")
    desk, now = signed_in(by), timezone.localtime()
    desk.post("/desk/projects/new/", {"title": "Парк", "territory": "vologda-city"})
    project = Project.objects.get()
    said = {
        "project": str(project.pk), "title": "Что нужно парку", "min_age": "14",
        "min_level": "none", "moderation": "post",
        "opens_at": (now + DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (now + 9 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    for kind in ("surveys", "discussions", "statements"):
        assert desk.post(f"/desk/{kind}/new/", said).status_code == 302, kind
    assert Project.objects.count() == 1
    kinds = project.phases.values_list("kind", flat=True)
    assert set(kinds) == {"survey", "discussion", "statements"}
    bad = desk.post(f"/desk/projects/{project.pk}/stage/", {"kind": "info", "text": "Что будет"})
    assert bad.status_code == 422
    assert "Что будет" in bad.content.decode()


def running(by: Any, **more: Any) -> Any:
    now = timezone.now()
    draft = surveys.Draft("Как вам автобус", now - 2 * DAY, now + DAY, **more)
    made = surveys.draft_survey(draft, by=by, now=now - 3 * DAY)
    one = Asked("", "single", 1, "Ездите?", required=True, options=("Да", "Нет"))
    surveys.ask(made.pk, one, by=by, now=now - 3 * DAY)
    return surveys.announce_survey(made.pk, by=by, now=now - 3 * DAY)


def test_the_list_says_what_runs() -> None:
    running(bound("vote_organiser", organisation="cur"))
    assert "опрос до" in page("/projects/").lower()


def test_authors_of_the_messages_a_project_grew_from_hear_its_decision() -> None:
    by, case, writer = bound("vote_organiser", organisation="cur"), opened_case(), citizen()
    Report.objects.filter(pk=case.report_id).update(author=writer)
    survey = running(by)
    project = survey.phase.project
    link_cases(project, [case], by=by, now=timezone.now())
    after = survey.phase.closes_at + DAY
    outcomes.decide(
        survey.phase_id, outcomes.Said("accepted", "Делаем", "Глава", after.date()), by=by,
        now=after,
    )  # fmt: skip
    catch_up(["notifications"])
    told = Delivery.objects.filter(kind="ruling.made", whom=f"person:{writer.pk}")
    assert told.count() == 1
