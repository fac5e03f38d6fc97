"""The verbs of a survey. A constraint and a row's lock decide that a person has one answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.commands import keep_files
from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command, record
from otklik.participation.projects import commands as projects
from otklik.participation.projects import rules as phases
from otklik.participation.projects.queries import circle_of, who
from otklik.participation.projects.rules import Circle, check_may_take_part
from otklik.participation.surveys import events, queries, rules
from otklik.participation.surveys.models import Response, Sheet, Survey, SurveyQuestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from otklik.flow.intake.files import Examined, Upload
    from otklik.ground.accounts.models import Official, Person


@dataclass(frozen=True)
class Draft:
    """What an organiser says of a survey."""

    title: str
    opens_at: datetime
    closes_at: datetime
    about: str = ""
    circle: Circle = field(default_factory=Circle)


def _locked(survey_id: int) -> Survey:
    found = Survey.objects.select_related("phase__project", "phase__audience")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=survey_id)


def _tell(
    survey: Survey, fact: type[events.SurveyFact], by: str, now: datetime, **more: Any
) -> None:
    record(
        fact(
            region=survey.region_id, subject=survey.ref, actor=by, at=now, survey=survey.pk, **more
        )
    )  # fmt: skip


def _drafted(survey_id: int) -> Survey:
    survey = _locked(survey_id)
    if survey.phase.sealed_at is not None:
        raise Refused("announced", "Объявленный опрос не меняют",
                      "An announced survey stands")  # fmt: skip
    return survey


@command
def draft_survey(draft: Draft, *, by: Official, now: datetime) -> Survey:
    """Begin a survey with a project of the same title; nobody sees it until it is announced."""
    project = projects.start_project(title=draft.title, summary=draft.about, by=by, now=now)
    phase = projects.plan_phase(
        project, kind="survey", opens_at=draft.opens_at, closes_at=draft.closes_at,
        circle=draft.circle,
    )  # fmt: skip
    survey = projects.under_free_slug(
        draft.title,
        lambda slug: Survey.objects.create(
            region=by.region, phase=phase, slug=slug, title=draft.title.strip()[:300],
            about=draft.about.strip(), made_by=by, made_at=now,
        ),
    )  # fmt: skip
    _tell(survey, events.SurveyDrafted, by.ref, now)
    return survey


@command
def ask(
    survey_id: int, said: rules.Asked, *, by: Official, now: datetime, **more: str
) -> SurveyQuestion:
    """Add a question to a draft; its key is its number, and it is the last of its page."""
    survey = _drafted(survey_id)
    numbers = [int(key[1:]) for key in survey.questions.values_list("key", flat=True)]
    number = max(numbers, default=0) + 1
    one = SurveyQuestion.objects.create(
        region=survey.region, survey=survey, key=f"q{number}", place=number,
        **_worded(said), **more,
    )  # fmt: skip
    _tell(survey, events.SurveyEdited, by.ref, now)
    return one


def _worded(said: rules.Asked) -> dict[str, Any]:
    if not said.text.strip():
        raise Refused("text", "Напишите вопрос", "Write the question")
    if said.kind not in rules.KINDS:
        raise Refused("kind", "Выберите вид вопроса", "Choose the kind of question")
    return {
        "page": said.page, "kind": said.kind, "text": said.text.strip()[:300],
        "required": said.required, "options": list(said.options), "rows": list(said.rows),
        "low": said.low, "high": said.high, "show_if": dict(said.show_if),
    }  # fmt: skip


@command
def reword(
    survey_id: int, question_id: int, said: rules.Asked, *, by: Official, now: datetime, **more: str
) -> None:
    """Ask a question of a draft otherwise; its key stays, so conditions that name it stay true."""
    survey = _drafted(survey_id)
    survey.questions.filter(pk=question_id).update(**_worded(said), **more)
    _tell(survey, events.SurveyEdited, by.ref, now)


@command
def move(survey_id: int, question_id: int, *, up: bool, by: Official, now: datetime) -> None:
    """Let a question of a draft change places with its neighbour on the page, if there is one."""
    survey = _drafted(survey_id)
    one = survey.questions.get(pk=question_id)
    page = list(survey.questions.filter(page=one.page))
    here = page.index(one)
    other = here - 1 if up else here + 1
    if not 0 <= other < len(page):
        return
    page[here], page[other] = page[other], page[here]
    for place, each in enumerate(page):
        each.place = place
    SurveyQuestion.objects.bulk_update(page, ["place"])
    _tell(survey, events.SurveyEdited, by.ref, now)


@command
def unask(survey_id: int, question_id: int, *, by: Official, now: datetime) -> None:
    """Take a question of a draft away."""
    survey = _drafted(survey_id)
    survey.questions.filter(pk=question_id).delete()
    _tell(survey, events.SurveyEdited, by.ref, now)


@command
def drop_draft(survey_id: int, *, by: Official, now: datetime) -> None:
    """Throw a draft away."""
    survey = _drafted(survey_id)
    phase = survey.phase
    _tell(survey, events.SurveyDropped, by.ref, now)
    survey.delete()
    phase.delete()


@command
def announce_survey(survey_id: int, *, by: Official, now: datetime) -> Survey:
    """Publish a survey; neither questions nor window nor circle change any more."""
    survey = _locked(survey_id)
    if survey.phase.sealed_at is not None:
        return survey
    checks = queries.check_list(survey, now)
    projects.announce_phase(survey.phase, checks, by=by, now=now)
    _tell(survey, events.SurveyAnnounced, by.ref, now)
    return survey


def _own(survey: Survey, person: Person, now: datetime) -> Response:
    """Return a person's one row, locked; the constraint decides who made it."""
    if queries.state(survey, now) != phases.OPEN:
        raise Refused("not_open", "Опрос сейчас не идёт", "The survey is not open now")
    check_may_take_part(circle_of(survey.phase.audience), who(person), survey.phase.opens_at.date())
    try:
        with transaction.atomic():
            return Response.objects.create(
                region=survey.region, survey=survey, person=person, level=person.level
            )
    except IntegrityError:
        line = Response.objects.select_for_update(no_key=True)
        return line.get(survey=survey, person=person)


@command
def save_page(
    survey_id: int, page: int, raws: Mapping[str, Any], *, person: Person, now: datetime
) -> dict[str, Refused]:
    """Keep what was said on a page, also beside mistakes; return the mistakes by question.

    An answer that was sent changes at once, but not by a page with mistakes; it is a draft again
    when the new way through the questions leaves one of them without its answer.
    """
    survey = queries.get(survey_id)
    own, questions, refused = _own(survey, person, now), queries.asked(survey), {}
    answers = dict(own.answers)
    for one in rules.shown(questions, answers):
        if one.page != page:
            continue
        answers.pop(one.key, None)
        try:
            value = rules.checked(one, raws.get(one.key))
        except Refused as refusal:
            refused[one.key] = refusal
            continue
        if value is not None:
            answers[one.key] = value
    if own.sent_at is None:
        own.answers = answers
        own.save(update_fields=["answers"])
    elif not refused:
        own.answers = rules.kept(questions, answers)
        if rules.missing(questions, own.answers):
            own.sent_at = None
        own.save(update_fields=["answers", "sent_at"])
    return refused


@command
def send(survey_id: int, *, person: Person, now: datetime) -> Sequence[rules.Asked]:
    """Send an answer; return instead what must be answered first."""
    survey = queries.get(survey_id)
    own, questions = _own(survey, person, now), queries.asked(survey)
    lacking = rules.missing(questions, own.answers)
    if not lacking:
        own.answers, own.level = rules.kept(questions, own.answers), person.level
        own.sent_at = own.sent_at or now
        own.save(update_fields=["answers", "level", "sent_at"])
        _tell(survey, events.SurveyAnswered, person.ref, now)
    return lacking


@command
def enter_sheet(
    survey_id: int, raws: Mapping[str, Any], *, source: str, scan: Sequence[Upload] = (),
    by: Official, now: datetime,
) -> dict[str, Refused]:  # fmt: skip
    """Enter somebody's whole answer, of paper with its scan; return the mistakes by question.

    With a mistake nothing is entered. Such answers are counted apart: nobody can tell here whether
    the same person answered on the site too.
    """
    survey = queries.get(survey_id)
    if queries.state(survey, now) != phases.OPEN:
        raise Refused("not_open", "Опрос сейчас не идёт", "The survey is not open now")
    if source not in Sheet.Source.values:
        raise Refused("source", "Укажите, откуда ответ", "Say where the answer comes from")
    if source == Sheet.Source.PAPER and not scan:
        raise Refused("scan", "Приложите скан или снимок листа",
                      "Attach a scan or a photo of the sheet")  # fmt: skip
    answers, refused = rules.read(queries.asked(survey), raws)
    if refused:
        return refused
    file, path = _scanned(scan) if source == Sheet.Source.PAPER else (None, "")
    sheet = Sheet.objects.create(
        region=survey.region, source=source, entered_by=by, entered_at=now, scan=path,
        scan_name=file.name if file else "", scan_mime=file.mime if file else "",
        response=Response.objects.create(
            region=survey.region, survey=survey, answers=answers, level="none", sent_at=now
        ),
    )  # fmt: skip
    _tell(survey, events.SurveySheetEntered, by.ref, now, sheet=sheet.pk, source=source)
    return {}


def _scanned(scan: Sequence[Upload]) -> tuple[Examined, str]:
    try:
        ((file, path),) = keep_files(scan[:1])
    except intake_rules.Refused as refusal:
        problem = refusal.problems[0]
        raise Refused("scan", problem.ru, problem.en) from None
    return file, path
