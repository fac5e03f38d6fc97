"""The verbs of a project: start, plan a phase, announce it; what a resident says of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command, record
from otklik.participation.projects import events, rules
from otklik.participation.projects.models import (
    Audience,
    AudienceLine,
    Phase,
    Project,
    ProjectCase,
    Resident,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
LATIN = "a b v g d e e zh z i y k l m n o p r s t u f h ts ch sh sch - y - e yu ya"
ROMAN = {
    letter: latin.strip("-") for letter, latin in zip(CYRILLIC, LATIN.split(), strict=True)
}  # fmt: skip
SLUG, MOST_ALIKE = 60, 100
Row = TypeVar("Row")


def slug_of(title: str) -> str:
    """Return a title in Latin letters, to be an address."""
    latin = "".join(ROMAN.get(letter, letter) for letter in title.lower())
    return slugify(latin)[:SLUG].strip("-") or "vopros"


def under_free_slug(title: str, make: Callable[[str], Row]) -> Row:
    """Make a row under an address from its title; the constraint says whether it is free."""
    base = slug_of(title)
    for number in range(1, MOST_ALIKE):
        try:
            with transaction.atomic():
                return make(base if number == 1 else f"{base}-{number}")
        except IntegrityError:
            continue
    raise Refused("title", "Слишком много таких названий", "Too many of the same title")


@command
def start_project(
    *, title: str, summary: str = "", territory: Territory | None = None,
    organisation: Organisation | None = None, topic: Topic | None = None, by: Official,
    now: datetime,
) -> Project:  # fmt: skip
    """Begin a matter on which people will be heard; nobody sees it until it is announced."""
    if not title.strip():
        raise Refused("no_title", "Назовите проект", "Name the project")
    body = organisation or by.organisation
    project = under_free_slug(
        title,
        lambda slug: Project.objects.create(
            region=by.region, title=title.strip()[:200], slug=slug, summary=summary.strip(),
            territory=territory, topic=topic, organisation=body, made_by=by, made_at=now,
        ),
    )  # fmt: skip
    record(
        events.ProjectStarted(
            region=project.region_id, subject=project.ref, actor=by.ref, at=now,
            project=project.pk, organisation=body.code,
        )
    )  # fmt: skip
    return project


@command
def plan_phase(
    project: Project, *, kind: str, opens_at: datetime, closes_at: datetime,
    circle: rules.Circle,
) -> Phase:  # fmt: skip
    """Add a phase with its window and circle; whoever plans it records its own fact."""
    if closes_at <= opens_at:
        raise Refused("window", "Конец должен быть позже начала", "The end must follow the start")
    last = project.phases.aggregate(last=Max("position"))["last"]
    phase = Phase.objects.create(
        region=project.region, project=project, kind=kind, opens_at=opens_at,
        closes_at=closes_at, position=(last or 0) + 1,
    )  # fmt: skip
    audience = Audience.objects.create(
        region=project.region, phase=phase, min_age=circle.min_age,
        territories=sorted(circle.territories), min_level=circle.min_level, proven=circle.proven,
        age_day=circle.age_day, registered_before=circle.registered_before,
        listed=bool(circle.listed),
    )  # fmt: skip
    AudienceLine.objects.bulk_create(
        AudienceLine(region=project.region, audience=audience, print=each)
        for each in sorted(circle.listed)
    )
    return phase


@command
def plan_stage(
    project: Project, *, kind: str, title: str, text: str = "", opens_at: datetime,
    closes_at: datetime, by: Official, now: datetime,
) -> Stage:  # fmt: skip
    """Add a phase in which nobody is asked: what is told, or who looks at it until when."""
    rules.check_stage(kind, title)
    phase = plan_phase(
        project, kind=kind, opens_at=opens_at, closes_at=closes_at, circle=rules.Circle()
    )
    made = Stage.objects.create(
        region=project.region, phase=phase, title=title.strip()[:200], text=text.strip()
    )
    _tell_stage(phase, events.StagePlanned, by, now)
    return made


@command
def announce_stage(project: Project, phase_id: int, *, by: Official, now: datetime) -> None:
    """Show a step without a question; from then on it stands."""
    phase = _stage_of(project, phase_id)
    seal_phase(phase, by=by, now=now)
    _tell_stage(phase, events.StageAnnounced, by, now)


@command
def drop_stage(project: Project, phase_id: int, *, by: Official, now: datetime) -> None:
    """Throw the draft of such a step away."""
    phase = _stage_of(project, phase_id)
    _tell_stage(phase, events.StageDropped, by, now)
    phase.delete()


def _stage_of(project: Project, phase_id: int) -> Phase:
    found = Phase.objects.select_for_update(no_key=True).filter(pk=phase_id, project=project)
    phase = found.filter(kind__in=rules.TOLD).first()
    if phase is None or phase.sealed_at is not None:
        raise Refused("announced", "Этот этап уже объявлен или удалён",
                      "This step has been announced or dropped")  # fmt: skip
    return phase


def _tell_stage(phase: Phase, fact: type[events.StageFact], by: Official, now: datetime) -> None:
    record(
        fact(
            region=phase.region_id, subject=phase.project.ref, actor=by.ref, at=now,
            project=phase.project_id, phase=phase.pk, step=phase.kind,
        )
    )  # fmt: skip


@command
def announce_phase(
    phase: Phase, checks: Sequence[tuple[str, bool]], *, by: Official, now: datetime
) -> None:
    """Seal a phase whose check list holds; Refused names the first line that does not."""
    for said, held in checks:
        if not held:
            raise Refused("not_ready", f"Не готово: {said}", f"Not ready: {said}")
    seal_phase(phase, by=by, now=now)


@command
def seal_phase(phase: Phase, *, by: Official, now: datetime) -> None:
    """Announce a phase: its window and circle stand from now on, and the project is shown."""
    phase.sealed_at = now
    phase.save(update_fields=["sealed_at"])
    publish_project(phase.project, by=by, now=now)


@command
def publish_project(project: Project, *, by: Official, now: datetime) -> None:
    """Show a project to everybody; shown already, nothing happens."""
    if project.status != Project.Status.DRAFT:
        return
    project.status = Project.Status.PUBLISHED
    project.save(update_fields=["status"])
    record(
        events.ProjectPublished(
            region=project.region_id, subject=project.ref, actor=by.ref, at=now,
            project=project.pk,
        )
    )  # fmt: skip


@command
def link_cases(
    project: Project, cases: Iterable[Case], *, role: str = ProjectCase.Role.ORIGIN, by: Official,
    now: datetime,
) -> int:  # fmt: skip
    """Tie messages to a project, each once in a role; return how many are new."""
    known = set(
        ProjectCase.objects.filter(project=project, role=role).values_list("case", flat=True)
    )
    new = [each for each in cases if each.pk not in known]
    ProjectCase.objects.bulk_create(
        [
            ProjectCase(
                region_id=project.region_id, project=project, case=each, role=role, by=by, at=now
            )
            for each in new
        ],
        ignore_conflicts=True,  # tied by another at the same moment: the constraint keeps one
    )
    if new:
        record(
            events.ProjectCasesLinked(
                region=project.region_id, subject=project.ref, actor=by.ref, at=now,
                project=project.pk, cases=len(new),
            )
        )  # fmt: skip
    return len(new)


@command
def unlink_case(project: Project, number: str, *, by: Official, now: datetime) -> None:
    """Untie a message from a project."""
    gone, _tables = ProjectCase.objects.filter(project=project, case__number=number).delete()
    if gone:
        record(
            events.ProjectCasesLinked(
                region=project.region_id, subject=project.ref, actor=by.ref, at=now,
                project=project.pk, cases=-gone,
            )
        )  # fmt: skip


@command
def declare_resident(
    person: Person, *, territory: Territory, born_on: date, sex: str = "", now: datetime
) -> Resident:
    """Take a person's word for where they live, when they were born and, if they say it, sex."""
    rules.check_born(born_on, now.date())
    resident, _ = Resident.objects.update_or_create(
        person=person,
        defaults={
            "region": territory.region, "territory": territory, "born_on": born_on.isoformat(),
            "sex": sex if sex in rules.SEXES else "",
        },
    )  # fmt: skip
    record(
        events.ResidentDeclared(
            region=resident.region_id, subject=person.ref, actor=person.ref, at=now
        )
    )
    return resident
