"""Reading surveys. Before the end nothing here counts an answer, for officials either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count

from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region
from otklik.participation.projects.queries import checks_of, state_of
from otklik.participation.projects.rules import CLOSED, VERIFIED
from otklik.participation.surveys import rules
from otklik.participation.surveys.models import Response, Sheet, Survey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official, Person
    from otklik.participation.projects.models import Project

ORGANISE = "organise_votes"
CONTACT = ("phone", "simple")


def _surveys() -> QuerySet[Survey]:
    related = ("phase__project__organisation", "phase__audience")
    return Survey.objects.filter(region=region()).select_related(*related)


def get(survey_id: int) -> Survey:
    """Return a survey."""
    return _surveys().get(pk=survey_id)


def public_surveys() -> QuerySet[Survey]:
    """Return the surveys that everybody sees, the newest window first."""
    return _surveys().filter(phase__sealed_at__isnull=False).order_by("-phase__closes_at")


def public_survey(slug: str) -> Survey:
    """Return a survey that everybody sees; Survey.DoesNotExist for a draft."""
    return public_surveys().get(slug=slug)


def surveys_in(project: Project) -> QuerySet[Survey]:
    """Return a project's surveys that everybody sees."""
    return public_surveys().filter(phase__project=project)


def surveys_of(official: Official) -> QuerySet[Survey]:
    """Return the surveys of the bodies where an official organises."""
    grants = powers_of(official).granting(ORGANISE)
    return _surveys().filter(within(grants, by_body("phase__project__organisation")))


def survey_for(official: Official, survey_id: int) -> Survey:
    """Return a survey that an official organises; Survey.DoesNotExist for any other."""
    return surveys_of(official).get(pk=survey_id)


def state(survey: Survey, now: datetime) -> str:
    """Return where a survey stands by the clock."""
    return state_of(survey.phase, now)


def asked(survey: Survey) -> list[rules.Asked]:
    """Return the questions as the rules see them, in order."""
    return [one.asked for one in survey.questions.all()]


def check_list(survey: Survey, now: datetime) -> list[tuple[str, bool]]:
    """Return what must hold before a survey is announced, each with whether it does."""
    phase = survey.phase
    faults = rules.faults(asked(survey))
    return [
        *checks_of(phase, now),
        *([(each, False) for each in faults] or [("Вопросы составлены", True)]),
    ]


def own(survey: Survey, person: Person) -> Response | None:
    """Return a person's own answer or draft."""
    return Response.objects.filter(survey=survey, person=person).first()


def _sent(survey: Survey) -> QuerySet[Response]:
    return Response.objects.filter(survey=survey, sent_at__isnull=False)


def sheets_of(survey: Survey) -> QuerySet[Sheet]:
    """Return the answers that officials entered, the last first."""
    found = Sheet.objects.filter(response__survey=survey)
    return found.select_related("entered_by__person").order_by("-pk")


def came(survey: Survey) -> dict[str, int]:
    """Return how many answered: all, verified, by contact, without any check; side by side."""
    own = _sent(survey).filter(sheet=None)
    found = dict(own.values_list("level").annotate(n=Count("pk")).order_by("level"))
    entered = dict(sheets_of(survey).order_by().values_list("source").annotate(n=Count("pk")))
    total = sum(found.values())
    verified = sum(found.get(level, 0) for level in VERIFIED)
    contact = sum(found.get(level, 0) for level in CONTACT)
    return {
        "total": total, "verified": verified, "contact": contact,
        "anonymous": total - verified - contact,
        "paper": entered.get("paper", 0), "phone": entered.get("phone", 0),
    }  # fmt: skip


def results(survey: Survey, now: datetime) -> list[dict[str, Any]]:
    """Return the count of each question after the end, what was entered apart; nothing before."""
    if state(survey, now) != CLOSED:
        return []
    sent = _sent(survey)
    own = list(sent.filter(sheet=None).values_list("answers", flat=True))
    entered = list(sent.exclude(sheet=None).values_list("answers", flat=True))
    return [
        _counted(one, own) | {"entered": _counted(one, entered) if entered else None}
        for one in asked(survey) if one.kind != "statement"
    ]  # fmt: skip


def _counted(one: rules.Asked, answers: list[dict[str, Any]]) -> dict[str, Any]:
    values = [each[one.key] for each in answers if one.key in each]
    counts = rules.tally(one, values)
    most = max([count for _label, count in counts] or [1]) or 1
    numbers = values if one.kind in {"number", "scale"} else []
    return {
        "question": one, "answered": len(values),
        "rows": [
            {"label": label, "count": count, "bar": round(100 * count / most, 1),
             "share": round(100 * count / max(len(values), 1))}
            for label, count in counts
        ],
        "mean": round(sum(numbers) / len(numbers), 1) if numbers else None,
    }  # fmt: skip


def table(survey: Survey) -> Iterator[list[str]]:
    """Give the export: a head, then an answer a line in no order of time and with no person."""
    questions = asked(survey)
    yield ["source", "level", *rules.columns(questions)]
    lines = [
        [source or "site", level, *rules.line(questions, answers)]
        for source, level, answers in _sent(survey).values_list("sheet__source", "level", "answers")
    ]
    yield from sorted(lines)
