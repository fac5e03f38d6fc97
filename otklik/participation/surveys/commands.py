"""The verbs of a survey. A constraint and a row's lock decide that a person has one answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localdate

from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.commands import keep_files
from otklik.flow.privacy.jobs import drop_files
from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command, record
from otklik.participation.projects import commands as projects
from otklik.participation.projects import rules as phases
from otklik.participation.projects.queries import admitted
from otklik.participation.projects.rules import Circle
from otklik.participation.surveys import events, queries, rules
from otklik.participation.surveys.models import (
    AnswerFile,
    GuestCount,
    QuotaPlace,
    Response,
    Sheet,
    Survey,
    SurveyQuestion,
    SurveyQuota,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from otklik.flow.intake.files import Examined, Upload
    from otklik.ground.accounts.models import Official, Person
    from otklik.participation.projects.models import Project


@dataclass(frozen=True)
class Draft:
    """What an organiser says of a survey."""

    title: str
    opens_at: datetime
    closes_at: datetime
    about: str = ""
    circle: Circle = field(default_factory=Circle)
    guests: bool = False
    project: Project | None = None


@dataclass(frozen=True)
class Answerer:
    """Who answers: a person, or a browser by the secret that it keeps."""

    person: Person | None
    guest: str = ""

    @property
    def level(self) -> str:
        """How far it is known who that is."""
        return self.person.level if self.person else "none"


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
    project = draft.project or projects.start_project(
        title=draft.title, summary=draft.about, by=by, now=now
    )
    phase = projects.plan_phase(
        project, kind="survey", opens_at=draft.opens_at, closes_at=draft.closes_at,
        circle=draft.circle,
    )  # fmt: skip
    survey = projects.under_free_slug(
        draft.title,
        lambda slug: Survey.objects.create(
            region=by.region, phase=phase, slug=slug, title=draft.title.strip()[:300],
            about=draft.about.strip(), guests=draft.guests, made_by=by, made_at=now,
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


@command
def limit_group(
    survey_id: int, group: rules.Group, most: int, *, by: Official, now: datetime
) -> SurveyQuota:
    """Let no more than so many answers of a group be counted; said again, the number is new."""
    survey = _drafted(survey_id)
    if most < 1:
        raise Refused("most", "Сколько ответов нужно, не меньше одного",
                      "How many answers are needed, one at least")  # fmt: skip
    if group == rules.Group():
        raise Refused("group", "Выберите территорию, возраст или пол",
                      "Choose a place, an age or a sex")  # fmt: skip
    made, _new = SurveyQuota.objects.update_or_create(
        survey=survey, territory=group.territory, band=group.band, sex=group.sex,
        defaults={"region": survey.region, "most": most},
    )  # fmt: skip
    _tell(survey, events.SurveyEdited, by.ref, now)
    return made


@command
def unlimit_group(survey_id: int, quota_id: int, *, by: Official, now: datetime) -> None:
    """Take a quota of a draft away."""
    survey = _drafted(survey_id)
    survey.quotas.filter(pk=quota_id).delete()
    _tell(survey, events.SurveyEdited, by.ref, now)


# --- Answering ------------------------------------------------------------------------------------


def _own(survey: Survey, one: Answerer, now: datetime) -> Response:
    """Return the one row of a person or browser, locked; the constraint decides who made it."""
    if queries.state(survey, now) != phases.OPEN:
        raise Refused("not_open", "Опрос сейчас не идёт", "The survey is not open now")
    whose: dict[str, Any] = {"person": one.person}
    if one.person is None:
        if not (survey.guests and one.guest):
            raise Refused("login", "Чтобы ответить, войдите", "Sign in to answer")
        whose = {"guest": queries.print_of(survey, one.guest)}
    elif not survey.guests:
        admitted(survey.phase, one.person)
    try:
        with transaction.atomic():
            return Response.objects.create(
                region=survey.region, survey=survey, level=one.level, **whose
            )
    except IntegrityError:
        line = Response.objects.select_for_update(no_key=True)
        return line.get(survey=survey, **whose)


@command
def save_page(
    survey_id: int, page: int, raws: Mapping[str, Any], *, person: Person | None = None,
    guest: str = "", now: datetime,
) -> dict[str, Refused]:  # fmt: skip
    """Keep what was said on a page, also beside mistakes; return the mistakes by question.

    An answer that was sent changes at once, but not by a page with mistakes; it is a draft again
    when the new way through the questions leaves one of them without its answer.
    """
    survey = queries.get(survey_id)
    own, questions = _own(survey, Answerer(person, guest), now), queries.asked(survey)
    answers, refused = _said(own, questions, page, raws)
    if own.sent_at is None:
        own.answers = answers
        own.save(update_fields=["answers"])
    elif not refused:
        own.answers = rules.kept(questions, answers)
        if rules.missing(questions, own.answers):
            own.sent_at = None
        own.save(update_fields=["answers", "sent_at"])
    _drop_unused(own)
    return refused


def _said(
    own: Response, questions: Sequence[rules.Asked], page: int, raws: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Refused]]:
    answers, refused = dict(own.answers), {}
    for one in rules.shown(questions, answers):
        if one.page != page:
            continue
        before = answers.pop(one.key, None)
        try:
            raw = raws.get(one.key)
            value = queries.checked(one, _filed(own, one.key, raw, before)
                                    if one.kind == "file" else raw)  # fmt: skip
        except Refused as refusal:
            refused[one.key] = refusal
            value = before if one.kind == "file" else None
        if value is not None:
            answers[one.key] = value
    return answers, refused


def _filed(own: Response, key: str, raw: Any, before: Any) -> Any:
    """Return what stands as the file of a question: a new one, the one before, or none."""
    said = raw if isinstance(raw, dict) else {}
    if said.get("files"):
        file, path = _kept("file", said["files"])
        own.files.filter(question=key).update(question=f"{key}-before")
        made = AnswerFile.objects.create(
            region=own.region, response=own, question=key, path=path, name=file.name,
            mime=file.mime,
        )  # fmt: skip
        return {"file": made.pk, "name": file.name}
    return None if said.get("drop") else before


def _drop_unused(own: Response) -> None:
    """Let go the files that the kept answer does not name."""
    used = [each["file"] for each in own.answers.values() if isinstance(each, dict) and
            "file" in each]  # fmt: skip
    gone = own.files.exclude(pk__in=used)
    paths = list(gone.values_list("path", flat=True))
    if paths:
        gone.delete()
        drop_files.defer(paths=paths)


@command
def send(
    survey_id: int, *, person: Person | None = None, guest: str = "", prefix: str = "",
    now: datetime,
) -> Sequence[rules.Asked]:  # fmt: skip
    """Send an answer; return instead what must be answered first.

    An answer over a quota is kept apart, and so are those of guests when too many come from one
    part of the network on a day: the public count of both is shown.
    """
    survey, one = queries.get(survey_id), Answerer(person, guest)
    own, questions = _own(survey, one, now), queries.asked(survey)
    lacking = rules.missing(questions, own.answers)
    if not lacking:
        own.answers, own.level = rules.kept(questions, own.answers), one.level
        group = queries.group_of(survey, person)
        own.territory, own.band, own.sex = group.territory, group.band, group.sex
        own.apart = _apart(survey, own, group, prefix, now)
        own.sent_at = own.sent_at or now
        own.save()
        _drop_unused(own)
        _tell(survey, events.SurveyAnswered, person.ref if person else "guest", now)
    return lacking


def _apart(
    survey: Survey, own: Response, group: rules.Group, prefix: str, now: datetime
) -> str:  # fmt: skip
    if own.guest is None:
        return "" if _placed(survey, own, group) else Response.Apart.OVER
    if own.sent_at is not None:
        return own.apart
    return Response.Apart.HELD if _crowded(survey, prefix, now) else ""


def _placed(survey: Survey, own: Response, group: rules.Group) -> bool:
    """Take an answer's place in each quota of its group, under their locks; False when one is full.

    Locks are taken in one order, so that two answers of two groups cannot wait for each other.
    """
    mine = [each.pk for each in survey.quotas.all() if rules.belongs(each.group, group)]
    quotas = list(SurveyQuota.objects.select_for_update().filter(pk__in=mine).order_by("pk"))
    own.places.exclude(quota__in=mine).delete()
    lacking = [each for each in quotas if not own.places.filter(quota=each).exists()]
    if any(each.places.count() >= each.most for each in lacking):
        return False
    QuotaPlace.objects.bulk_create(
        QuotaPlace(region=survey.region, quota=each, response=own) for each in lacking
    )
    return True


def _crowded(survey: Survey, prefix: str, now: datetime) -> bool:
    """Count an answer from a part of the network on its day; days before are forgotten."""
    day = localdate(now)
    GuestCount.objects.filter(survey=survey, day__lt=day).delete()
    counted, _new = GuestCount.objects.get_or_create(
        survey=survey, day=day, defaults={"region": survey.region},
        prefix=queries.print_of(survey, f"{day}:{prefix}"),
    )  # fmt: skip
    GuestCount.objects.filter(pk=counted.pk).update(sent=F("sent") + 1)
    counted.refresh_from_db()
    return counted.sent > queries.limits().guests_a_day


@command
def count_held(survey_id: int, *, by: Official, now: datetime) -> int:
    """Let the answers that were held for a check be counted; how many is told to everybody."""
    survey = _locked(survey_id)
    held = survey.responses.filter(apart=Response.Apart.HELD, sent_at__isnull=False)
    number = held.update(apart="")
    if number:
        _tell(survey, events.SurveyHeldCounted, by.ref, now, answers=number)
    return number


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
    questions = [one for one in queries.asked(survey) if one.kind != "file"]  # the scan is there
    answers, refused = rules.read(questions, raws, queries.checked)
    if refused:
        return refused
    file, path = _kept("scan", scan) if source == Sheet.Source.PAPER else (None, "")
    sheet = Sheet.objects.create(
        region=survey.region, source=source, entered_by=by, entered_at=now, scan=path,
        scan_name=file.name if file else "", scan_mime=file.mime if file else "",
        response=Response.objects.create(
            region=survey.region, survey=survey, answers=answers, level="none", sent_at=now
        ),
    )  # fmt: skip
    _tell(survey, events.SurveySheetEntered, by.ref, now, sheet=sheet.pk, source=source)
    return {}


def _kept(code: str, files: Sequence[Upload]) -> tuple[Examined, str]:
    try:
        ((file, path),) = keep_files(files[:1])
    except intake_rules.Refused as refusal:
        problem = refusal.problems[0]
        raise Refused(code, problem.ru, problem.en) from None
    return file, path
