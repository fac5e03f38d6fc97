"""Reading projects, and what is known of one who wants to take part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.timezone import localdate

from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import public_cases
from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import attested_among, attested_of, entrances, powers_of
from otklik.ground.kit.sealing import email_print, phone_print
from otklik.ground.territories.queries import home_of, region, territories
from otklik.ground.topics.queries import directory, label
from otklik.participation.projects import rules
from otklik.participation.projects.models import AudienceLine, Phase, Project, ProjectCase, Resident

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.topics.models import Directory
    from otklik.participation.projects.models import Audience

AGES = "age_bands"
FORMS = "participation_forms"
ORGANISE = "organise_votes"
START = (ORGANISE, "group")
"""Permissions any of which lets an official begin a project from messages."""
NAMES = {
    "ru": {
        "age": {"": "остальные вместе или возраст неизвестен"},
        "sex": {"f": "женщины", "m": "мужчины", "": "пол не указан или группа мала"},
    },
    "en": {
        "age": {"": "other ages together, or unknown"},
        "sex": {"f": "women", "m": "men", "": "sex not said, or a small group"},
    },
}


def _projects() -> QuerySet[Project]:
    found = Project.objects.filter(region=region()).select_related(
        "organisation", "territory", "topic"
    )
    return found.defer("territory__polygon", "topic__phrases")


def public_projects() -> QuerySet[Project]:
    """Return the projects that everybody may see, newest first."""
    return _projects().exclude(status=Project.Status.DRAFT)


def public_project(slug: str) -> Project:
    """Return a project that everybody may see; Project.DoesNotExist for a draft."""
    return public_projects().get(slug=slug)


def about(territory: str = "", topic: str = "") -> QuerySet[Project]:
    """Return the projects about a theme and a place: its own, or one whose people are asked."""
    found = Project.objects.filter(region=region())
    if territory:
        asked = Q(phases__audience__territories__contains=[territory])
        found = found.filter(Q(territory__code=territory) | asked)
    return (found.filter(topic__code=topic) if topic else found).values("pk")  # type: ignore[return-value]


def projects_of(official: Official) -> QuerySet[Project]:
    """Return the projects of an official's body."""
    return _projects().filter(organisation=official.organisation_id)


def may_start(official: Official | None) -> bool:
    """Tell whether an official begins projects anywhere."""
    return official is not None and any(map(powers_of(official).anywhere, START))


def project_for(official: Official, project_id: int) -> Project:
    """Return a project that an official leads; Project.DoesNotExist for any other."""
    return led_by(official).get(pk=project_id)


def led_by(official: Official) -> QuerySet[Project]:
    """Return the projects of the bodies where an official begins them, the newest first."""
    grants = [each for one in START for each in powers_of(official).granting(one)]
    found = _projects().filter(within(grants, by_body("organisation")))
    return found.annotate(linked=Count("case_links", distinct=True)).order_by("-made_at")


def cases_of(project: Project) -> QuerySet[Case]:
    """Return the messages tied to a project, the oldest first; who may see them is asked apart."""
    links = ProjectCase.objects.filter(project=project).values("case")
    return Case.objects.filter(pk__in=links).order_by("received_at", "pk")


def public_cases_of(project: Project) -> QuerySet[Case]:
    """Return those of a project's messages that everybody sees."""
    links = ProjectCase.objects.filter(project=project).values("case")
    return public_cases().filter(pk__in=links).order_by("received_at", "pk")


def ready_forms() -> dict[str, Directory]:
    """Return the forms in which people are usually asked, as the region's list sets them."""
    return directory(FORMS)


def steps_in(form: str) -> list[dict[str, Any]]:
    """Return the steps of a project that is begun by a ready form, one after another."""
    line = ready_forms().get(form)
    return list(line.extra.get("steps", [])) if line else []


def steps_of(project: Project) -> QuerySet[Phase]:
    """Return the phases of a project that everybody sees, in the order of time."""
    return all_steps_of(project).filter(sealed_at__isnull=False)


def all_steps_of(project: Project) -> QuerySet[Phase]:
    """Return the phases of a project with what is asked or told in each, drafts too."""
    found = Phase.objects.filter(project=project)
    related = ("stage", *dict.fromkeys(rules.ASKED.values()))
    return found.select_related(*related).defer("vote__manifest", "vote__result").order_by(
        "opens_at", "pk"
    )  # fmt: skip


def running_in(found: Iterable[Project], now: datetime) -> dict[int, list[Phase]]:
    """Return the phases that run now, by project."""
    running: dict[int, list[Phase]] = {}
    for each in Phase.objects.filter(
        project__in=[one.pk for one in found], sealed_at__isnull=False, opens_at__lte=now,
        closes_at__gt=now,
    ).order_by("closes_at"):  # fmt: skip
        running.setdefault(each.project_id, []).append(each)
    return running


@dataclass(frozen=True)
class Running:
    """What is asked now: a phase with the name and the address of its question."""

    phase: Phase
    title: str
    slug: str


def running_of(organisation: int, themes: Sequence[int], now: datetime) -> list[Running]:
    """Return what a body asks now, of these themes if any are given, the soonest end first."""
    asked = Q(project__organisation=organisation)
    return _running(asked & Q(project__topic__in=themes) if themes else asked, now)


def running_now(now: datetime) -> list[Running]:
    """Return all that the region's people are asked now, the soonest end first."""
    return _running(Q(project__region=region()), now)


def _running(asked: Q, now: datetime) -> list[Running]:
    names = list(dict.fromkeys(rules.ASKED.values()))
    found = Phase.objects.filter(
        asked, kind__in=rules.ASKED, sealed_at__isnull=False, opens_at__lte=now, closes_at__gt=now
    )
    found = found.select_related("project__organisation", "project__territory", *names)
    found = found.defer("vote__manifest", "vote__result", "project__territory__polygon")
    asking = ((each, getattr(each, rules.ASKED[each.kind])) for each in found.order_by("closes_at"))
    return [Running(phase, str(one), one.slug) for phase, one in asking]


def state_of(phase: Phase, now: datetime) -> str:
    """Return where a phase stands, by the clock."""
    if phase.sealed_at is None:
        return rules.DRAFT
    if now < phase.opens_at:
        return rules.ANNOUNCED
    return rules.OPEN if now < phase.closes_at else rules.CLOSED


def checks_of(phase: Phase, now: datetime) -> list[tuple[str, bool]]:
    """Return what must hold of any phase before it is announced, each with whether it does."""
    return [
        ("Начало ещё впереди", phase.opens_at > now),
        ("Территории существуют", set(phase.audience.territories) <= set(territories())),
    ]


def circle_of(audience: Audience) -> rules.Circle:
    """Return who may take part."""
    return rules.Circle(
        audience.min_age, frozenset(audience.territories), audience.min_level, audience.proven,
        audience.age_day, audience.registered_before,
    )  # fmt: skip


def resident_of(person: Person) -> Resident | None:
    """Return what a person said of themselves."""
    found = Resident.objects.select_related("territory").defer("territory__polygon")
    return found.filter(person=person).first()


def who(person: Person) -> rules.Who:
    """Return what is known of one who wants to take part."""
    resident = resident_of(person)
    if resident is None:
        return rules.Who(person.level)
    born_on = date.fromisoformat(resident.born_on)
    return rules.Who(person.level, resident.territory.code, born_on, resident.sex)


def known_in(phase: Phase, person: Person) -> rules.Who:
    """Return what a phase may know of a person: by its own sources, on its own list."""
    audience = phase.audience
    known = attested(person) if audience.proven else who(person)
    on_list = not audience.listed or _on_list(audience, person)
    return replace(known, joined=localdate(person.date_joined), listed=on_list)


def admitted(phase: Phase, person: Person) -> rules.Who:
    """Return what is known of one who may take part in a phase; Refused for another, with why."""
    known = known_in(phase, person)
    rules.check_may_take_part(circle_of(phase.audience), known, localdate(phase.opens_at))
    return known


def attested(person: Person) -> rules.Who:
    """Return what a verified account says of a person; nothing of it is in their own words."""
    told = attested_of(person)
    if told is None:
        return rules.Who(person.level)
    home = home_of(told.registration)
    sex = told.gender.lower()
    return rules.Who(
        person.level, home.code if home else "", _day(told.birth_date),
        sex if sex in rules.SEXES else "",
    )  # fmt: skip


def born_by_account(people: Iterable[int]) -> dict[int, date]:
    """Return when these people were born, of whom a verified account says it."""
    told = {each.person_id: _day(each.birth_date) for each in attested_among(people)}
    return {person: born for person, born in told.items() if born}


def _day(text: str) -> date | None:
    """Read a day as verified accounts write it: 12.03.1984 or 1984-03-12."""
    parts = text.split(".")
    try:
        return date.fromisoformat("-".join(reversed(parts)) if len(parts) > 1 else text)
    except ValueError:
        return None


def _on_list(audience: Audience, person: Person) -> bool:
    """Tell whether a proven e-mail address or phone of a person is on the list."""
    ways = entrances(person)
    prints = {phone_print(ways.phone), email_print(ways.email if ways.email_proven else "")}
    return AudienceLine.objects.filter(audience=audience, print__in=prints - {""}).exists()


def asks_residence(phase: Phase, person: Person) -> bool:
    """Tell whether a person still has to say where they live and when they were born."""
    return not phase.audience.proven and resident_of(person) is None


def prints_in(text: str) -> tuple[frozenset[str], list[str]]:
    """Return the prints of a list of people, one a line, and the lines that are no contact."""
    prints, wrong = set(), []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        phone = phone_print(line) if sum(map(str.isdigit, line)) >= rules.DIGITS else ""
        found = email_print(line) if "@" in line else phone
        if found:
            prints.add(found)
        else:
            wrong.append(line)
    return frozenset(prints), wrong


def age_bands() -> list[rules.Band]:
    """Return the ages that are counted together, as the region's list sets them."""
    return [
        rules.Band(code, int(line.extra.get("low", 0)), int(line.extra.get("high", rules.OLDEST)))
        for code, line in directory(AGES).items()
    ]


def crowd(people: Iterable[int], day: date) -> dict[str, dict[str, int]]:
    """Return how many of these people are of each age and sex; small groups are not merged yet."""
    bands = age_bands()
    found: dict[str, Counter[str]] = {"age": Counter(), "sex": Counter()}
    known = {each.person_id: each for each in Resident.objects.filter(person__in=list(people))}
    for person in people:
        one = known.get(person)
        born = date.fromisoformat(one.born_on) if one else None
        found["age"][rules.band_of(bands, born, day)] += 1
        found["sex"][one.sex if one else ""] += 1
    return {name: dict(counted) for name, counted in found.items()}


def groups_in_words(kind: str, counted: Mapping[str, int], language: str) -> list[tuple[str, int]]:
    """Return merged counts of ages or sexes under their names, what is put together last."""
    names = NAMES["en" if language == "en" else "ru"][kind]
    order = {code: place for place, code in enumerate([*directory(AGES), *rules.SEXES])}
    return [
        (names.get(code) or label(AGES, code, language), count)
        for code, count in sorted(counted.items(), key=lambda pair: order.get(pair[0], len(order)))
    ]  # fmt: skip
