"""Reading surveys. Before the end nothing here counts an answer, for officials either."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate
from django.utils.translation import get_language

from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import locate, region, territories, territory_at
from otklik.participation.projects.queries import (
    age_bands,
    checks_of,
    circle_of,
    groups_in_words,
    known_in,
    state_of,
)
from otklik.participation.projects.rules import CLOSED, VERIFIED, band_of, merged
from otklik.participation.surveys import rules
from otklik.participation.surveys.models import AnswerFile, Response, Sheet, Survey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
    if survey.guests:
        faults += rules.faults_of_guests(circle_of(phase.audience), survey.quotas.count())
    return [
        *checks_of(phase, now),
        *([(each, False) for each in faults] or [("Вопросы составлены", True)]),
    ]


def checked(one: rules.Asked, raw: Any) -> Any:
    """Return an answer as it is kept, a place with the territory where it lies."""
    value = rules.checked(one, raw)
    if one.kind == "point" and value is not None:
        return _placed(value)
    return value


def _placed(value: dict[str, Any]) -> dict[str, Any]:
    if "lat" in value:
        found = territory_at(value["lat"], value["lon"])
        if found is None:
            raise Refused("outside", "Это место за границей области",
                          "This place lies outside the region")  # fmt: skip
        return {**value, "place": found.code}
    named = locate(value["text"])
    return {**value, "place": named.territory if named else ""}


def limits() -> rules.Limits:
    """Return how many answers of guests are counted at once, as the region sets it."""
    return rules.limits(region().settings.get("surveys", {}))


def print_of(survey: Survey, secret: str) -> str:
    """Return by what a browser or a part of the network is known in this survey alone."""
    return salted_hmac(f"survey:{survey.pk}", secret, algorithm="sha256").hexdigest()


def group_of(survey: Survey, person: Person | None) -> rules.Group:
    """Return of which place, age and sex a person is on the day the survey opens."""
    if person is None:
        return rules.Group()
    known = known_in(survey.phase, person)
    band = band_of(age_bands(), known.born_on, localdate(survey.phase.opens_at))
    return rules.Group(known.territory, band, known.sex)


def quotas(survey: Survey) -> list[dict[str, Any]]:
    """Return the groups of which no more than so many are counted, with how many are."""
    return [
        {"quota": each, "taken": each.taken, "full": each.taken >= each.most}
        for each in survey.quotas.annotate(taken=Count("places")).order_by("pk")
    ]


def full_for(survey: Survey, person: Person | None) -> bool:
    """Tell whether a quota of a person's group is full, so that an answer would stand apart."""
    full = [each["quota"].group for each in quotas(survey) if each["full"]]
    if not full:
        return False
    group = group_of(survey, person)
    return any(rules.belongs(each, group) for each in full)


def own(survey: Survey, person: Person | None = None, guest: str = "") -> Response | None:
    """Return the answer or draft of a person, or of a browser by its secret."""
    if person is not None:
        return Response.objects.filter(survey=survey, person=person).first()
    if not guest:
        return None
    return Response.objects.filter(survey=survey, guest=print_of(survey, guest)).first()


def answer_file(survey: Survey, file_id: int) -> AnswerFile | None:
    """Return a file that was sent as an answer."""
    found = AnswerFile.objects.filter(response__survey=survey, response__sent_at__isnull=False)
    return found.filter(pk=file_id).first()


def files_of(survey: Survey) -> list[AnswerFile]:
    """Return the files that were sent as answers, in no order of time."""
    found = AnswerFile.objects.filter(response__survey=survey, response__sent_at__isnull=False)
    return list(found.order_by("question", "path"))


def _sent(survey: Survey) -> QuerySet[Response]:
    return Response.objects.filter(survey=survey, sent_at__isnull=False)


def sheets_of(survey: Survey) -> QuerySet[Sheet]:
    """Return the answers that officials entered, the last first."""
    found = Sheet.objects.filter(response__survey=survey)
    return found.select_related("entered_by__person").order_by("-pk")


def came(survey: Survey) -> dict[str, int]:
    """Return how many answered: all, verified, by contact, without any check; side by side."""
    sent = _sent(survey).filter(sheet=None)
    own = sent.filter(apart="")
    found = dict(own.values_list("level").annotate(n=Count("pk")).order_by("level"))
    entered = dict(sheets_of(survey).order_by().values_list("source").annotate(n=Count("pk")))
    total = sum(found.values())
    verified = sum(found.get(level, 0) for level in VERIFIED)
    contact = sum(found.get(level, 0) for level in CONTACT)
    return {
        "total": total, "verified": verified, "contact": contact,
        "anonymous": total - verified - contact,
        "paper": entered.get("paper", 0), "phone": entered.get("phone", 0),
        "over": sent.filter(apart=Response.Apart.OVER).count(),
        "held": sent.filter(apart=Response.Apart.HELD).count(),
    }  # fmt: skip


def results(survey: Survey, now: datetime) -> list[dict[str, Any]]:
    """Return the count of each question after the end, what was entered apart; nothing before."""
    if state(survey, now) != CLOSED:
        return []
    sent = _sent(survey).filter(apart="")
    own = list(sent.filter(sheet=None).values_list("answers", flat=True))
    entered = list(sent.exclude(sheet=None).values_list("answers", flat=True))
    return [
        _counted(one, own) | {"entered": _counted(one, entered) if entered else None}
        for one in asked(survey) if one.kind != "statement"
    ]  # fmt: skip


def _counted(one: rules.Asked, answers: list[dict[str, Any]]) -> dict[str, Any]:
    values = [each[one.key] for each in answers if one.key in each]
    counts = _places(values) if one.kind == "point" else rules.tally(one, values)
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


def _places(values: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Return how many places were shown in each territory, small ones together."""
    return _by_place(Counter(value.get("place", "") for value in values))


def _by_place(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    names, english = territories(), get_language() == "en"
    rest = "other places together, or unknown" if english else "остальные места и неизвестные"
    return [
        ((names[code].title_en if english else names[code].short_ru) if code in names else rest, n)
        for code, n in merged(counted, rules.SMALL).items()
    ]


def crowd(survey: Survey, now: datetime) -> dict[str, list[tuple[str, int]]]:
    """Return after the end who answered, by place, age and sex; no small group is told."""
    if state(survey, now) != CLOSED or survey.guests:
        return {}
    rows = list(_sent(survey).filter(sheet=None, apart="").values("territory", "band", "sex"))
    told = {
        name: Counter(str(each[name]) for each in rows) for name in ("territory", "band", "sex")
    }
    language = get_language() or "ru"
    return {
        "territory": _by_place(told["territory"]),
        "age": groups_in_words("age", merged(told["band"], rules.SMALL), language),
        "sex": groups_in_words("sex", merged(told["sex"], rules.SMALL), language),
    }


def table(survey: Survey) -> Iterator[list[str]]:
    """Give the export: a head, then an answer a line in no order of time and with no person."""
    questions = asked(survey)
    yield ["source", "level", "apart", *rules.columns(questions)]
    rows = _sent(survey).values_list("sheet__source", "level", "apart", "answers")
    lines = [
        [source or "site", level, apart, *rules.line(questions, answers)]
        for source, level, apart, answers in rows
    ]
    yield from sorted(lines)
